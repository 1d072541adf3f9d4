//! The words of a DOCX: paragraphs, tables, text boxes and footnotes, as they stand after all changes are accepted.

use std::io::Read;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::package::{Package, REPORT, open, weigh};
use super::text::decode;
use super::unreadable::Unreadable;

/// Where the body lies when nothing says where.
const USUAL: &str = "word/document.xml";

/// The text of the body, a paragraph a line, the cells of a row parted by tabulators; footnotes and endnotes come last.
///
/// Errors: `Locked`, `Expands`, `Broken`.
pub fn text(bytes: &[u8]) -> Result<String, Unreadable> {
    let mut package = open(bytes)?;
    weigh(&mut package, bytes.len(), REPORT)?;
    let body = body(&mut package).unwrap_or_else(|| USUAL.to_owned());
    let document = part(&mut package, &body).or_else(|_| part(&mut package, USUAL))?;
    let mut out = words(&document)?;
    let folder = body.rsplit_once('/').map_or("word", |(folder, _)| folder);
    for notes in ["footnotes.xml", "endnotes.xml"] {
        // Notes are optional, and a broken note is no reason to lose the body.
        if let Ok(said) = part(&mut package, &format!("{folder}/{notes}")).and_then(|notes| words(&notes)) {
            out.push_str(&said);
        }
    }
    Ok(out)
}

fn part(package: &mut Package<'_>, name: &str) -> Result<String, Unreadable> {
    let mut part = package.by_name(name).map_err(|error| Unreadable::broken("正文", error))?;
    let mut bytes = Vec::new();
    // What was read before a checksum failed is better than nothing.
    let read = part.read_to_end(&mut bytes);
    match read {
        Err(error) if bytes.is_empty() => Err(Unreadable::broken("正文", error)),
        _ => decode(&bytes),
    }
}

/// The part that the package names as its document: some programs call it `document2.xml`.
fn body(package: &mut Package<'_>) -> Option<String> {
    let relations = part(package, "_rels/.rels").ok()?;
    let mut reader = Reader::from_str(&relations);
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) | Event::Empty(tag)
                if tag.local_name().as_ref() == "Relationship"
                    && attribute(&tag, "Type").is_some_and(|kind| kind.ends_with("/officeDocument")) =>
            {
                return attribute(&tag, "Target").map(|target| target.trim_start_matches('/').to_owned());
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    tag.attributes()
        .with_checks(false)
        .filter_map(Result::ok)
        .find(|found| found.key.local_name().as_ref() == name)
        .map(|found| found.value.into_owned())
}

/// Elements whose words are not said: what was deleted or moved away, and the second of two forms of one thing.
fn unsaid(name: &str) -> bool {
    matches!(name, "del" | "moveFrom" | "Fallback" | "rt" | "instrText" | "delText")
}

#[derive(Default)]
struct Out {
    text: String,
    /// Elements open of those that are not said.
    passed: usize,
    /// Inside `w:t`.
    saying: usize,
    /// The run is hidden.
    hidden: bool,
    /// Tables open, one in the other.
    tables: usize,
}

fn words(xml: &str) -> Result<String, Unreadable> {
    let mut reader = Reader::from_str(xml);
    let settings = reader.config_mut();
    settings.check_end_names = false;
    settings.allow_unmatched_ends = true;
    let mut out = Out::default();
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => out.start(&tag, true),
            Ok(Event::Empty(tag)) => out.start(&tag, false),
            Ok(Event::End(tag)) => out.end(tag.local_name().as_ref()),
            Ok(Event::Text(text)) => out.say(&text),
            Ok(Event::CData(text)) => out.say(&text),
            Ok(Event::GeneralRef(name)) => out.say(&meant(&name)),
            Ok(Event::Eof) => break,
            Ok(_) => {}
            // Half a document is read as far as it goes.
            Err(_) if !out.text.trim().is_empty() => break,
            Err(error) => return Err(Unreadable::broken("正文", error)),
        }
    }
    if !out.text.ends_with('\n') {
        out.text.push('\n');
    }
    Ok(out.text)
}

/// The character behind `&amp;` or `&#20214;`.
fn meant(name: &str) -> String {
    let number = match name.strip_prefix("#x").or_else(|| name.strip_prefix("#X")) {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => name.strip_prefix('#').and_then(|decimal| decimal.parse().ok()),
    };
    match (number.and_then(char::from_u32), name) {
        (Some(letter), _) => letter.to_string(),
        (None, "lt") => "<".to_owned(),
        (None, "gt") => ">".to_owned(),
        (None, "amp") => "&".to_owned(),
        (None, "quot") => "\"".to_owned(),
        (None, "apos") => "'".to_owned(),
        _ => String::new(),
    }
}

impl Out {
    fn start(&mut self, tag: &BytesStart<'_>, has_end: bool) {
        let name = tag.local_name();
        let name = name.as_ref();
        if unsaid(name) && has_end {
            self.passed += 1;
        }
        if self.passed > 0 {
            return;
        }
        match name {
            "t" if has_end => self.saying += 1,
            "r" => self.hidden = false,
            "vanish" => self.hidden = !matches!(attribute(tag, "val").as_deref(), Some("0" | "false" | "off")),
            "tbl" if has_end => {
                self.tables += 1;
                self.line();
            }
            "tab" if self.tables == 0 && self.saying == 0 && !self.text.ends_with('\n') => self.text.push('\t'),
            "br" | "cr" => self.text.push(if self.tables > 0 { ' ' } else { '\n' }),
            "noBreakHyphen" => self.text.push('-'),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if unsaid(name) {
            self.passed = self.passed.saturating_sub(1);
            return;
        }
        if self.passed > 0 {
            return;
        }
        match name {
            "t" => self.saying = self.saying.saturating_sub(1),
            "p" if self.tables == 0 => self.text.push('\n'),
            "p" if !self.text.ends_with(['\n', '\t', ' ']) => self.text.push(' '),
            "tc" => {
                while self.text.ends_with(' ') {
                    self.text.pop();
                }
                self.text.push('\t');
            }
            "tr" => self.line(),
            "tbl" => {
                self.tables = self.tables.saturating_sub(1);
                self.line();
            }
            _ => {}
        }
    }

    fn line(&mut self) {
        while self.text.ends_with(['\t', ' ']) {
            self.text.pop();
        }
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn say(&mut self, words: &str) {
        if self.saying > 0 && self.passed == 0 && !self.hidden {
            self.text.push_str(words);
        }
    }
}
