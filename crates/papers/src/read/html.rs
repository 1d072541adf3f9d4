//! The words of a web page: what is shown, block by block, without menus, scripts and what the page hides.

use encoding_rs::Encoding;
use html5gum::{DefaultEmitter, StartTag, StringReader, Token, Tokenizer};

/// Elements whose content is no part of what the page says.
const UNSAID: &[&[u8]] = &[
    b"script",
    b"style",
    b"nav",
    b"template",
    b"noscript",
    b"title",
    b"svg",
    b"math",
    b"select",
    b"button",
    b"iframe",
    b"textarea",
    b"object",
    b"canvas",
    b"audio",
    b"video",
    b"head",
    b"option",
    b"datalist",
];
/// Elements that begin and end a line.
const BLOCKS: &[&[u8]] = &[
    b"p",
    b"div",
    b"li",
    b"ul",
    b"ol",
    b"tr",
    b"table",
    b"h1",
    b"h2",
    b"h3",
    b"h4",
    b"h5",
    b"h6",
    b"br",
    b"hr",
    b"section",
    b"article",
    b"header",
    b"footer",
    b"main",
    b"aside",
    b"dl",
    b"dt",
    b"dd",
    b"blockquote",
    b"pre",
    b"form",
    b"figure",
    b"figcaption",
    b"caption",
    b"fieldset",
    b"legend",
    b"address",
    b"center",
    b"tbody",
    b"thead",
    b"tfoot",
    b"body",
];
/// Elements that have no end.
const VOID: &[&[u8]] =
    &[b"br", b"hr", b"img", b"input", b"meta", b"link", b"area", b"base", b"col", b"embed", b"source", b"track", b"wbr", b"param"];

/// Whether a decoded text is a web page.
pub fn is_page(text: &str) -> bool {
    let head: String = text.trim_start().chars().take(2048).collect::<String>().to_ascii_lowercase();
    ["<!doctype html", "<html", "<head>", "<body", "<meta "].iter().any(|sign| head.contains(sign))
        || head.starts_with('<') && ["<p>", "<div", "<table", "<p ", "<span", "<h1"].iter().any(|sign| head.contains(sign))
}

/// The encoding that the page names in its head.
pub fn named_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(bytes.get(..2048).unwrap_or(bytes)).to_ascii_lowercase();
    let (_, after) = head.split_once("charset=")?;
    let label: String = after
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
        .collect();
    Encoding::for_label(label.as_bytes())
}

/// The text of a page. A page that hides everything it says is read with what it hides.
pub fn text(page: &str) -> String {
    let said = read(page, true);
    if said.trim().is_empty() { read(page, false) } else { said }
}

fn read(page: &str, careful: bool) -> String {
    let mut emitter = DefaultEmitter::<()>::default();
    emitter.naively_switch_states(true);
    let tokens: Tokenizer<StringReader<'_>, DefaultEmitter> = Tokenizer::new_with_emitter(page, emitter);
    let mut out = Out::default();
    // The element that is passed over, and how many of its name are open.
    let mut passed: Option<(Vec<u8>, usize)> = None;
    for token in tokens {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => match &mut passed {
                Some((name, depth)) => {
                    // A head may end with the body, a paragraph with the next block, an item with the next: none needs its end written.
                    let ends = match name.as_slice() {
                        b"head" => **tag.name == *b"body",
                        b"p" => BLOCKS.contains(&tag.name.as_slice()) && **tag.name != *b"br",
                        b"li" => **tag.name == *b"li",
                        _ => false,
                    };
                    if ends {
                        passed = pass(&tag, careful).then(|| (tag.name.to_vec(), 1));
                        if passed.is_none() {
                            out.element(&tag.name);
                        }
                    } else if **name == **tag.name {
                        *depth += 1;
                    }
                }
                None if pass(&tag, careful) => passed = Some((tag.name.to_vec(), 1)),
                None => out.element(&tag.name),
            },
            Token::EndTag(tag) => match &mut passed {
                Some((name, depth)) if **name == **tag.name => {
                    *depth -= 1;
                    if *depth == 0 {
                        passed = None;
                    }
                }
                Some(_) => {}
                None => out.element(&tag.name),
            },
            Token::String(words) if passed.is_none() => out.words(&String::from_utf8_lossy(&words.value)),
            _ => {}
        }
    }
    out.text
}

fn pass(tag: &StartTag<()>, careful: bool) -> bool {
    let name: &[u8] = &tag.name;
    if tag.self_closing || VOID.contains(&name) {
        return false;
    }
    if !careful {
        return matches!(name, b"script" | b"style");
    }
    let hidden = || {
        tag.attributes.contains_key(b"hidden".as_slice())
            || tag.attributes.get(b"style".as_slice()).is_some_and(|style| {
                let style: String = String::from_utf8_lossy(&style.value).to_ascii_lowercase().split_whitespace().collect();
                style.contains("display:none") || style.contains("visibility:hidden")
            })
    };
    UNSAID.contains(&name) || hidden()
}

#[derive(Default)]
struct Out {
    text: String,
    /// White space stood after the last word.
    space: bool,
}

impl Out {
    fn element(&mut self, name: &[u8]) {
        if BLOCKS.contains(&name) {
            self.line();
        } else if matches!(name, b"td" | b"th") && !self.text.ends_with(['\n', '\t']) && !self.text.is_empty() {
            self.text.push('\t');
            self.space = false;
        }
    }

    fn line(&mut self) {
        self.space = false;
        while self.text.ends_with(['\t', ' ']) {
            self.text.pop();
        }
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn words(&mut self, words: &str) {
        for letter in words.chars() {
            if matches!(letter, ' ' | '\n' | '\t' | '\r' | '\u{c}') {
                self.space = true;
                continue;
            }
            if std::mem::take(&mut self.space) && !self.text.is_empty() && !self.text.ends_with(['\n', '\t']) {
                self.text.push(' ');
            }
            self.text.push(letter);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_reads_as_it_is_shown() {
        let page = "<!DOCTYPE html><html><head><meta charset=gbk><title>不读</title><style>p{}</style></head><body>\
            <nav><ul><li>首页</li></ul></nav><h1>年度报告</h1>\n<p>收到申请<b>115</b>件，\n 其中</p><p style='display: none'>幸运<p>审结109&#20214;。<br>完&nbsp;毕</p>\
            <table><tr><td>件数</td><td>12</td><td>34</td></tr></table><script>var a='<p>5件</p>';</script></body></html>";
        assert!(is_page(page));
        assert_eq!(named_encoding(page.as_bytes()), Some(encoding_rs::GBK));
        let said = text(page);
        assert!(said.starts_with("年度报告\n收到申请115件， 其中\n"), "{said}");
        assert!(said.contains("件数\t12\t34") && !said.contains("首页") && !said.contains("幸运") && !said.contains("5件<"), "{said}");
    }
}
