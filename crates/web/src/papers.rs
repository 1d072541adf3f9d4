//! 文书: a paper as a file for those who may read it, and the check that anybody can make of a paper in hand.

use actions::Error;
use actions::paper::Form;
use maud::html;

use crate::call::{Answer, Call, Reply};
use crate::components::figure::check;
use crate::components::page::{Page, audience, head, pairs, section};
use crate::components::timeline::grouped;

/// `/papers/{case}/{seq}/{paper}.pdf`, or `.docx`.
pub fn file(call: &Call<'_>) -> Answer {
    let case = call.part("case").parse().map_err(|_| Error::NotFound)?;
    let seq = call.part("seq").parse().map_err(|_| Error::NotFound)?;
    let name = call.part("file");
    let (paper, extension) = name.rsplit_once('.').ok_or(Error::NotFound)?;
    let form = Form::of(extension).ok_or(Error::NotFound)?;
    let bytes = call.hall.paper_bytes(call.person(), case, seq, paper, form, call.now)?;
    if let Some(visitor) = &call.visitor {
        call.hall.note_look(&visitor.login, case, paper, call.now)?;
    }
    Ok(Reply::File { kind: form.mime(), name: name.to_owned(), bytes })
}

/// The page that the code on a paper leads to.
pub fn verify(call: &Call<'_>) -> Answer {
    let seq = call.part("seq").parse().map_err(|_| Error::NotFound)?;
    let found = call.hall.check_paper(call.part("code"), seq, call.ask("digest"))?;
    let agrees = found.first().and_then(|paper| paper.agrees);
    let title = match (found.is_empty(), agrees) {
        (true, _) => "这一步没有制发文书",
        (_, Some(true)) => "文书与记录一致",
        (_, Some(false)) => "文书与记录不一致",
        (_, None) => "记录里有这份文书",
    };
    let body = html! {
        (head("核验文书", title, "请核对下面的名称、文号、机关和日期与您手里的是否相同。"))
        @for (place, paper) in found.iter().enumerate() {
            (section(&format!("p{place}"), &paper.title, html! {
                (pairs(&[
                    ("文号", html! { @match &paper.number { Some(number) => (number), None => "这种文书不编号" } }),
                    ("机关", html! { (paper.organ) }),
                    ("日期", html! { (engine::value::long_date(paper.date)) }),
                    (call.say("办件编号"), html! { a href={ "/track/" (paper.code) } { (paper.code) } }),
                    ("记录", html! { span.hash { "SM3 " (grouped(&paper.digest)) } }),
                ]))
                @if let Some(agrees) = paper.agrees { p.mt { (check(agrees, if agrees { "摘要一致" } else { "摘要不一致：纸面可能改过，以记录为准" })) } }
            }))
        }
        (section("type", "输入摘要再核一次", html! {
            form.text action=(call.path) {
                div.field { label for="digest" { "文书上的SM3摘要" } span.hint id="digest-h" { "至少前8位。" }
                    input class="in w-m" id="digest" name="digest" autocomplete="off" value=(call.ask("digest").unwrap_or_default()) aria-describedby="digest-h"; }
                button class="btn btn-2" type="submit" { "核验" }
            }
        }))
    };
    Ok(Page::new(audience(call), title, body).here("我要查").under("/track", call.say("我要查")).ok(call))
}
