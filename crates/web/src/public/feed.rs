//! The feed of published reports (Atom, RFC 4287), for those who follow what the government makes public.

use actions::report::file::Form;
use jiff::civil::DateTime;
use maud::{PreEscaped, html};

use crate::call::{Answer, Call, Reply};

/// How many entries a feed holds.
const MOST: usize = 50;

/// `/publications.atom`.
pub fn atom(call: &Call<'_>) -> Answer {
    let found = call.hall.publications(call.now)?;
    let address = html! { (call.hall.settings.address.trim_end_matches('/')) }.into_string();
    let feed = format!("{address}/publications.atom");
    let newest = found.iter().filter_map(|line| line.published).max();
    let xml = html! {
        (PreEscaped("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"))
        feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN" {
            id { (PreEscaped(&feed)) }
            title { (call.hall.settings.name) "法治政府建设报告" }
            // Nothing published yet: a feed has to say some moment, and this one does not move.
            updated { (stamp(newest.unwrap_or(jiff::civil::date(2020, 1, 1).at(0, 0, 0, 0)))) }
            (PreEscaped(format!("<link rel=\"self\" type=\"application/atom+xml\" href=\"{feed}\"/><link rel=\"alternate\" type=\"text/html\" hreflang=\"zh-CN\" href=\"{address}/publications\"/>")))
            generator { "Fadu" }
            @for line in found.iter().take(MOST) { @if let Some(at) = line.published {
                @let page = format!("{address}/publications/{}", line.code);
                entry {
                    id { (PreEscaped(&page)) }
                    title { (line.title) }
                    published { (stamp(at)) }
                    updated { (stamp(at)) }
                    author { name { (line.organ_title) } }
                    (PreEscaped(format!("<link rel=\"alternate\" type=\"text/html\" hreflang=\"zh-CN\" href=\"{page}\"/>")))
                    @for form in [Form::Docx, Form::Pdf, Form::Xlsx] {
                        (PreEscaped(format!("<link rel=\"enclosure\" type=\"{}\" title=\"{}\" href=\"{page}/report.{}\"/>", form.mime(), form.title(), form.extension())))
                    }
                    summary { (line.organ_title) "，" (engine::value::long_date(at.date())) "公开。每个数都能打开看是哪些记录。" }
                }
            } }
        }
    };
    Ok(Reply::File {
        kind: "application/atom+xml; charset=utf-8",
        name: "publications.atom".to_owned(),
        bytes: xml.into_string().into_bytes(),
    })
}

fn stamp(at: DateTime) -> String {
    format!("{}+08:00", at.strftime("%Y-%m-%dT%H:%M:%S"))
}
