//! What the codes of a font mean: by its own table to Unicode, else by the encoding it names.

use std::collections::HashMap;

use encoding_rs::{BIG5, Encoding, GB18030, MACINTOSH, WINDOWS_1252};
use hayro_syntax::object::{Array, Dict, Name, Number, Object, Stream};

use super::unpack;

/// Entries of a table to Unicode, of a table of widths.
const MOST_ENTRIES: usize = 140_000;

/// How the bytes of a string are cut into codes, and what a code means where the font has no table of its own.
enum Coding {
    /// One byte a code.
    Single(Box<[Option<String>; 256]>),
    /// Two bytes a code; what it means only the table says.
    Double,
    /// One byte a code, by an own table.
    Own,
    /// Codes are UTF-16.
    Utf16,
    /// Codes are those of a national encoding: one byte, two, or four.
    National(&'static Encoding),
}

/// One font of a PDF.
pub struct Font {
    coding: Coding,
    table: ToUnicode,
    widths: HashMap<u32, f64>,
    spans: Vec<(u32, u32, f64)>,
    usual: f64,
    pub vertical: bool,
}

impl Font {
    pub fn read(dict: &Dict<'_>, unpacked: &mut usize) -> Option<Font> {
        let table = dict
            .get::<Stream<'_>>("ToUnicode")
            .and_then(|stream| unpack::stream(&stream, unpacked).ok())
            .map(|cmap| ToUnicode::read(&cmap))
            .unwrap_or_default();
        let composite = dict.get::<Name<'_>>("Subtype").is_some_and(|kind| kind.as_str() == "Type0");
        Some(if composite { Font::composite(dict, table, unpacked) } else { Font::simple(dict, table) })
    }

    fn composite(dict: &Dict<'_>, table: ToUnicode, unpacked: &mut usize) -> Font {
        let named = dict.get::<Name<'_>>("Encoding").map(|name| name.as_str().to_owned()).unwrap_or_default();
        let coding = match named.as_str() {
            name if name.contains("UCS2") || name.contains("UTF16") => Coding::Utf16,
            name if name.starts_with("GB") => Coding::National(GB18030),
            name if name.contains("B5") || name.starts_with("HKscs") => Coding::National(BIG5),
            "" => {
                let own = dict.get::<Stream<'_>>("Encoding").and_then(|stream| unpack::stream(&stream, unpacked).ok());
                if own.is_some_and(|cmap| single_bytes(&cmap)) { Coding::Own } else { Coding::Double }
            }
            _ => Coding::Double,
        };
        let mut font = Font { coding, table, widths: HashMap::new(), spans: Vec::new(), usual: 1000.0, vertical: named.ends_with("-V") };
        if let Some(descendant) = dict.get::<Array<'_>>("DescendantFonts").and_then(|fonts| fonts.iter::<Dict<'_>>().next()) {
            font.usual = descendant.get::<f64>("DW").unwrap_or(1000.0);
            if let Some(widths) = descendant.get::<Array<'_>>("W") {
                font.measure(&widths);
            }
        }
        font
    }

    /// `W`: a first code and its widths, or a first and a last code and their one width.
    fn measure(&mut self, widths: &Array<'_>) {
        let mut waiting: Vec<u32> = Vec::new();
        for part in widths.iter::<Object<'_>>() {
            match part {
                Object::Number(number) => {
                    if let [first, last] = waiting.as_slice() {
                        if self.spans.len() < 4096 {
                            self.spans.push((*first, *last, number.as_f64()));
                        }
                        waiting.clear();
                    } else {
                        waiting.push(u32::try_from(number.as_i64()).unwrap_or(0));
                    }
                }
                Object::Array(list) => {
                    let first = waiting.pop().unwrap_or(0);
                    waiting.clear();
                    for (code, width) in (first..=u32::MAX).zip(list.iter::<Number>()) {
                        if self.widths.len() >= MOST_ENTRIES {
                            return;
                        }
                        self.widths.insert(code, width.as_f64());
                    }
                }
                _ => {}
            }
        }
    }

    fn simple(dict: &Dict<'_>, table: ToUnicode) -> Font {
        let encoding = dict.get::<Dict<'_>>("Encoding");
        let base = dict
            .get::<Name<'_>>("Encoding")
            .or_else(|| encoding.as_ref().and_then(|encoding| encoding.get::<Name<'_>>("BaseEncoding")))
            .map(|name| name.as_str().to_owned());
        let decoder = if base.as_deref() == Some("MacRomanEncoding") { MACINTOSH } else { WINDOWS_1252 };
        let mut letters: Box<[Option<String>; 256]> = Box::new(std::array::from_fn(|code| {
            let code = u8::try_from(code).ok()?;
            (code >= 32).then(|| decoder.decode_without_bom_handling(&[code]).0.into_owned())
        }));
        if let Some(differences) = encoding.and_then(|encoding| encoding.get::<Array<'_>>("Differences")) {
            let mut code = 0usize;
            for part in differences.iter::<Object<'_>>() {
                match part {
                    Object::Number(number) => code = usize::try_from(number.as_i64()).unwrap_or(0),
                    Object::Name(name) => {
                        if let Some(slot) = letters.get_mut(code) {
                            *slot = named(name.as_str());
                        }
                        code = code.saturating_add(1);
                    }
                    _ => {}
                }
            }
        }
        let first = dict.get::<Number>("FirstChar").and_then(|number| u32::try_from(number.as_i64()).ok()).unwrap_or(0);
        // Glyphs that are drawings measure themselves by a matrix of their own.
        let matrix =
            dict.get::<[f64; 6]>("FontMatrix").filter(|_| dict.get::<Name<'_>>("Subtype").is_some_and(|kind| kind.as_str() == "Type3"));
        let unit = matrix.map_or(1.0, |matrix| matrix[0] * 1000.0);
        let widths = dict
            .get::<Array<'_>>("Widths")
            .map(|widths| {
                (first..first.saturating_add(256)).zip(widths.iter::<Number>()).map(|(code, width)| (code, width.as_f64() * unit)).collect()
            })
            .unwrap_or_default();
        let usual = dict.get::<Dict<'_>>("FontDescriptor").and_then(|font| font.get::<f64>("MissingWidth")).filter(|width| *width > 0.0);
        Font { coding: Coding::Single(letters), table, widths, spans: Vec::new(), usual: usual.unwrap_or(500.0), vertical: false }
    }

    /// The next code of a string, and how many bytes it takes.
    pub fn next(&self, bytes: &[u8]) -> Option<(u32, usize)> {
        let first = u32::from(*bytes.first()?);
        let two = |second: u8| (first << 8 | u32::from(second), 2);
        Some(match &self.coding {
            Coding::Single(_) | Coding::Own => (first, 1),
            Coding::Double => bytes.get(1).map_or((first, 1), |second| two(*second)),
            Coding::Utf16 => match (bytes.get(1), bytes.get(2), bytes.get(3)) {
                (Some(second), Some(third), Some(fourth)) if (0xd8..0xdc).contains(&first) => {
                    (two(*second).0 << 16 | u32::from(*third) << 8 | u32::from(*fourth), 4)
                }
                (Some(second), ..) => two(*second),
                _ => (first, 1),
            },
            Coding::National(encoding) => match (bytes.get(1), bytes.get(2), bytes.get(3)) {
                _ if first < 0x81 => (first, 1),
                (Some(second @ 0x30..=0x39), Some(third), Some(fourth)) if *encoding == GB18030 => {
                    (two(*second).0 << 16 | u32::from(*third) << 8 | u32::from(*fourth), 4)
                }
                (Some(second), ..) => two(*second),
                _ => (first, 1),
            },
        })
    }

    /// What a code means; nothing when the font does not say.
    pub fn letters(&self, code: u32, bytes: usize) -> Option<String> {
        if let Some(letters) = self.table.letters(code) {
            return Some(letters);
        }
        let raw = code.to_be_bytes();
        let raw = raw.get(4usize.saturating_sub(bytes)..)?;
        match &self.coding {
            Coding::Single(letters) => letters.get(code as usize)?.clone(),
            Coding::Double | Coding::Own => None,
            Coding::Utf16 => Some(encoding_rs::UTF_16BE.decode_without_bom_handling(raw).0.into_owned()),
            Coding::National(encoding) => {
                let (letters, broken) = encoding.decode_without_bom_handling(raw);
                (!broken).then(|| letters.into_owned())
            }
        }
    }

    /// The width of a code in thousandths of the size.
    pub fn width(&self, code: u32, bytes: usize) -> f64 {
        let known = self
            .widths
            .get(&code)
            .copied()
            .or_else(|| self.spans.iter().find(|(first, last, _)| (*first..=*last).contains(&code)).map(|span| span.2));
        let width = known.unwrap_or(match &self.coding {
            Coding::National(_) if bytes == 1 => self.usual / 2.0,
            _ => self.usual,
        });
        if width.is_finite() { width.clamp(-10_000.0, 10_000.0) } else { self.usual }
    }
}

/// Whether an own encoding cuts strings into single bytes.
fn single_bytes(cmap: &[u8]) -> bool {
    let mut tokens = Tokens { bytes: cmap, at: 0 };
    let mut last = Token::Word;
    while let Some(token) = tokens.next() {
        if let (Token::Hex(low), true) = (&last, tokens.after_codespace()) {
            return low.len() == 1;
        }
        last = token;
    }
    false
}

/// A table from codes to Unicode.
#[derive(Default)]
struct ToUnicode {
    single: HashMap<u32, String>,
    /// First code, last code, and the UTF-16 of the first.
    ranges: Vec<(u32, u32, Vec<u16>)>,
}

enum Token {
    Hex(Vec<u8>),
    Open,
    Close,
    Word,
}

struct Tokens<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Tokens<'_> {
    fn after_codespace(&self) -> bool {
        let before = self.bytes.get(self.at.saturating_sub(200)..self.at).unwrap_or_default();
        before.windows(19).any(|window| window == b"begincodespacerange")
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            match byte {
                b'<' if self.bytes.get(self.at) != Some(&b'<') => {
                    let mut digits = Vec::new();
                    while let Some(byte) = self.bytes.get(self.at) {
                        self.at += 1;
                        match byte {
                            b'>' => break,
                            digit => digits.extend((*digit as char).to_digit(16).and_then(|digit| u8::try_from(digit).ok())),
                        }
                        if digits.len() > 1024 {
                            break;
                        }
                    }
                    if digits.len() % 2 == 1 {
                        digits.push(0);
                    }
                    return Some(Token::Hex(digits.chunks(2).map(|pair| pair.iter().fold(0, |sum, digit| sum << 4 | digit)).collect()));
                }
                b'[' => return Some(Token::Open),
                b']' => return Some(Token::Close),
                b'%' => {
                    while self.bytes.get(self.at).is_some_and(|byte| !matches!(byte, b'\n' | b'\r')) {
                        self.at += 1;
                    }
                }
                b'<' | b'>' | b' ' | b'\n' | b'\r' | b'\t' | 0 | b'\x0c' => {}
                _ => {
                    while self
                        .bytes
                        .get(self.at)
                        .is_some_and(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | b'<' | b'[' | b']' | b'>' | 0))
                    {
                        self.at += 1;
                    }
                    return Some(Token::Word);
                }
            }
        }
    }
}

fn code(bytes: &[u8]) -> u32 {
    bytes.iter().rev().take(4).rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

fn units(bytes: &[u8]) -> Vec<u16> {
    match bytes {
        [one] => vec![u16::from(*one)],
        many => many.chunks_exact(2).map(|pair| pair.iter().fold(0, |sum, byte| sum << 8 | u16::from(*byte))).collect(),
    }
}

impl ToUnicode {
    /// Reads the lists between `beginbfchar`, `beginbfrange` and their ends.
    fn read(cmap: &[u8]) -> ToUnicode {
        let mut table = ToUnicode::default();
        let mut rest = cmap;
        while let Some(begin) = memchr::memmem::find(rest, b"beginbf") {
            let body = rest.get(begin + 7..).unwrap_or_default();
            let ranged = body.starts_with(b"range");
            let end = memchr::memmem::find(body, b"endbf").unwrap_or(body.len());
            let mut tokens = Tokens { bytes: body.get(if ranged { 5 } else { 4 }..end).unwrap_or_default(), at: 0 };
            while table.single.len() + table.ranges.len() < MOST_ENTRIES {
                if (if ranged { table.range(&mut tokens) } else { table.one(&mut tokens) }).is_none() {
                    break;
                }
            }
            rest = body.get(end..).unwrap_or_default();
            rest = rest.get(5..).unwrap_or_default();
        }
        table.ranges.sort_by_key(|range| range.0);
        table
    }

    /// One line of a list of single codes; nothing at its end.
    fn one(&mut self, tokens: &mut Tokens<'_>) -> Option<()> {
        let Token::Hex(from) = tokens.next()? else { return Some(()) };
        let Token::Hex(to) = tokens.next()? else { return Some(()) };
        self.single.insert(code(&from), String::from_utf16_lossy(&units(&to)));
        Some(())
    }

    /// One line of a list of ranges; nothing at its end.
    fn range(&mut self, tokens: &mut Tokens<'_>) -> Option<()> {
        let Token::Hex(low) = tokens.next()? else { return Some(()) };
        let Token::Hex(high) = tokens.next()? else { return Some(()) };
        match tokens.next()? {
            Token::Hex(to) => self.ranges.push((code(&low), code(&high), units(&to))),
            Token::Open => {
                for at in code(&low)..=u32::MAX {
                    match tokens.next()? {
                        Token::Hex(to) if self.single.len() < MOST_ENTRIES => {
                            self.single.insert(at, String::from_utf16_lossy(&units(&to)));
                        }
                        Token::Close => break,
                        _ => {}
                    }
                }
            }
            Token::Close | Token::Word => {}
        }
        Some(())
    }

    fn letters(&self, code: u32) -> Option<String> {
        if let Some(letters) = self.single.get(&code) {
            return Some(letters.clone());
        }
        let place = self.ranges.partition_point(|range| range.0 <= code);
        let (first, last, base) = self.ranges.get(place.checked_sub(1)?)?;
        if code > *last {
            return None;
        }
        let mut units = base.clone();
        let tail = units.last_mut()?;
        *tail = tail.wrapping_add(u16::try_from(code - first).unwrap_or(0));
        Some(String::from_utf16_lossy(&units))
    }
}

/// The character that a glyph is named for; names that only number glyphs mean nothing.
fn named(glyph: &str) -> Option<String> {
    const NAMES: &[(&str, &str)] = &[
        ("zero", "0"),
        ("one", "1"),
        ("two", "2"),
        ("three", "3"),
        ("four", "4"),
        ("five", "5"),
        ("six", "6"),
        ("seven", "7"),
        ("eight", "8"),
        ("nine", "9"),
        ("space", " "),
        ("period", "."),
        ("comma", ","),
        ("percent", "%"),
        ("hyphen", "-"),
        ("minus", "-"),
        ("endash", "–"),
        ("emdash", "—"),
        ("colon", ":"),
        ("semicolon", ";"),
        ("parenleft", "("),
        ("parenright", ")"),
        ("bracketleft", "["),
        ("bracketright", "]"),
        ("slash", "/"),
        ("plus", "+"),
        ("equal", "="),
        ("asterisk", "*"),
        ("quotesingle", "'"),
        ("quotedbl", "\""),
        ("quoteleft", "‘"),
        ("quoteright", "’"),
        ("quotedblleft", "“"),
        ("quotedblright", "”"),
        ("exclam", "!"),
        ("question", "?"),
        ("ampersand", "&"),
        ("at", "@"),
        ("numbersign", "#"),
        ("dollar", "$"),
        ("underscore", "_"),
        ("less", "<"),
        ("greater", ">"),
        ("bullet", "•"),
        ("periodcentered", "·"),
        ("ellipsis", "…"),
        ("multiply", "×"),
        ("degree", "°"),
        ("fi", "fi"),
        ("fl", "fl"),
        ("tilde", "~"),
        ("asciitilde", "~"),
        ("bar", "|"),
        ("braceleft", "{"),
        ("braceright", "}"),
        ("backslash", "\\"),
    ];
    let stem = glyph.split('.').next().filter(|stem| !stem.is_empty())?;
    if stem.chars().count() == 1 {
        return Some(stem.to_owned());
    }
    if let Some((_, letters)) = NAMES.iter().find(|(name, _)| *name == stem) {
        return Some((*letters).to_owned());
    }
    let hex = stem.strip_prefix("uni").or_else(|| stem.strip_prefix('u')).filter(|hex| hex.len() >= 4)?;
    u32::from_str_radix(hex.get(..hex.len().min(6))?, 16).ok().and_then(char::from_u32).map(String::from)
}
