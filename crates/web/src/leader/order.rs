//! 督办指令: a year's orders, and the form that sends one out, filled with what it is about.

use actions::Error;
use actions::order::ORDER;
use maud::html;

use crate::call::{Answer, Call, Reply};
use crate::components::form::Filled;
use crate::components::law::cited;
use crate::components::page::{Audience, Page, head};
use crate::components::pager::pager;
use crate::taking::{self, Outcome, Wanted};

const PAGE: u32 = 50;
/// The step that opens an order.
const DISPATCH: &str = "dispatch";

pub fn list(call: &Call<'_>) -> Answer {
    let me = call.me()?;
    let this = call.today().year();
    let year = call.ask("year").and_then(|text| text.parse().ok()).filter(|year| (1990..=2100).contains(year)).unwrap_or(this);
    let offset = call.offset();
    let (orders, total) = call.hall.orders(me, year, offset, PAGE, call.now)?;
    let title = if total == 0 { format!("{year}年没有下达督办指令") } else { format!("{year}年下达督办指令{total}件") };
    let body = html! {
        (head("", &title, "新的在上。回复由承办机关写，办没办结由领导确认。"))
        ul class="row small" {
            @for other in (this - 5..=this).rev() { li { @if other == year { strong { (other) "年" } } @else { a href={ "/leader/orders?year=" (other) } { (other) "年" } } } }
        }
        @if call.admits(crate::call::Door::Leader) { p.mt { a class="btn" href="/leader/orders/new" { (call.say("下达指令")) } } }
        div.mt2 { (super::screen::orders(call, &orders)) @if total > 0 { (pager(call, offset, orders.len(), u64::try_from(total).unwrap_or(0), u64::from(PAGE), "件")) } }
    };
    Ok(Page::new(Audience::Leader, title, body).here("指令").ok(call))
}

fn wanted<'l>(call: &'l Call<'_>) -> Result<Wanted<'l>, Error> {
    let (procedure, version) = call.hall.law.version(ORDER, call.today()).ok_or(Error::NotFound)?;
    let step = version.step(DISPATCH).ok_or(Error::NotFound)?;
    Ok(Wanted { procedure, version, step, case: None, action: call.path.clone() })
}

pub fn show(call: &Call<'_>) -> Answer {
    let wanted = wanted(call)?;
    let mut filled = Filled::default();
    for field in wanted.step.asks.iter().map(|ask| &ask.field) {
        if let Some(given) = call.ask(field) {
            filled.values.insert(field.clone(), given.into());
        }
    }
    let about = call.ask("about-link").map(crate::call::local).filter(|link| *link != "/");
    let body = html! {
        (head(call.ask("subject").unwrap_or_default(), call.say("下达指令"), wanted.step.hint.as_deref().unwrap_or_default()))
        @if let Some(about) = about { p { a href=(about) { "看有关的记录" } } }
        @if let Some(cite) = &wanted.step.cite { p class="small dim" { "依据：" (cited(call, Some(cite))) "。签收、回复、确认怎么走，是本系统自定的办法。" } }
        (taking::form(call, &wanted, &filled))
    };
    Ok(Page::new(Audience::Leader, call.say("下达指令"), body).here("指令").under("/leader", call.say("一屏")).ok(call))
}

pub fn take(call: &Call<'_>) -> Answer {
    let me = call.me()?.clone();
    let wanted = wanted(call)?;
    let filled = taking::typed(call, &wanted);
    let back = ("/leader", "一屏");
    Ok(match taking::take(call, &wanted, &me, &filled)? {
        Outcome::Done(_) => Reply::Go("/leader#orders".to_owned()),
        Outcome::Refused(refusal) => taking::refused(call, Audience::Leader, &wanted, &refusal, filled, back),
        Outcome::Overtaken => taking::overtaken(call, Audience::Leader, &wanted, &filled, back, None),
    })
}
