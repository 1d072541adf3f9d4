//! Searching cases and registers by their words.

use actions::search::{Among, Hit};
use maud::{Markup, html};

use crate::call::{Answer, Call};
use crate::components::page::{Audience, Page};

const MOST: u32 = 50;

/// The form, shown above lists of cases.
pub fn form(call: &Call<'_>) -> Markup {
    html! {
        form.find action="/officer/search" method="get" role="search" {
            div.field { label for="q" { (call.say("查案件和清单")) } input.in id="q" name="q" type="search" maxlength="200" value=(call.ask("q").unwrap_or_default()); }
            button.btn { (call.say("搜索")) }
        }
    }
}

pub fn show(call: &Call<'_>) -> Answer {
    let words = call.ask("q").unwrap_or_default();
    let hits = if words.is_empty() { Vec::new() } else { call.hall.search(Some(call.me()?), words, Among::Everything, MOST)? };
    let title = match (words.is_empty(), hits.len()) {
        (true, _) => "查案件和清单".to_owned(),
        (false, 0) => format!("没有找到“{words}”"),
        (false, found) => format!("找到{found}条“{words}”"),
    };
    let body = html! {
        div.head { h1 { (title) } }
        (form(call))
        @if !words.is_empty() && hits.is_empty() {
            p.empty { "您能看到的案件和清单里没有这些词。少写几个字，或者换一种说法再查。" }
        }
        ul.list.mt {
            @for hit in &hits {
                li {
                    @match hit {
                        Hit::Case { id, title } => { a href={ "/officer/cases/" (id) } { (title) } span.small.dim { "　案件" } }
                        Hit::Entry { register, id, title } => {
                            a href={ "/officer/registers/" (register) "/" (id) } { (title) }
                            span.small.dim { "　" (call.hall.law.registers.get(register).map_or(register.as_str(), |register| register.title.as_str())) }
                        }
                    }
                }
            }
        }
        @if hits.len() == MOST as usize { p.small.dim { "只列前" (MOST) "条，再加几个字可以缩小范围。" } }
    };
    Ok(Page::new(Audience::Officer, title.clone(), body).here("待办").ok(call))
}
