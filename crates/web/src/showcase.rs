//! Every component on one page, for those who build pages.

use engine::clock::{Due, Standing};
use engine::law::{Cite, Unit};
use jiff::civil::DateTime;
use maud::{Markup, html};

use crate::call::{Answer, Call};
use crate::components::form::{self, Filled};
use crate::components::page::{Page, audience, head, section};
use crate::components::{chart, draw, figure, lamp, law, pager};

pub fn show(call: &Call<'_>) -> Answer {
    let title = "部件";
    let licence = call.hall.law.procedures.values().next().and_then(|procedure| call.hall.law.version(&procedure.id, call.today()));
    let body = html! {
        (head("", title, "每个页面都由这些部件组成。红色只表示权威和逾期，蓝色只表示可以按。"))
        (section("lamps", "灯：期限", lamps(call)))
        (section("buttons", "按钮", html! { div.row { span.btn { "提交复核意见" } span class="btn btn-2" { "存草稿" } } }))
        (section("law", "法条", law::quote(call, &Cite("处罚法/42(1)".to_owned()))))
        (section("figures", "数", html! { div.formula { div.stat { "96.67%" } div.eq { "=" } div.frac { div { "845,813" } div { "874,942" } } } p.mt { (figure::check(true, "各机关之和等于合计")) "　" (figure::check(false, "各部分之和多85")) } }))
        (section("charts", "图", html! { (chart::months(&[("1月".to_owned(), 12), ("2月".to_owned(), 7), ("3月".to_owned(), 15)], "各月：1月12，2月7，3月15")) (chart::spark(&[Some(3.0), Some(5.0), Some(4.0), Some(9.0)], "3，5，4，9")) (chart::bars(&[3.0, 5.0, 0.0, 9.0], "3，5，0，9")) (chart::parts(&[12.0, 7.0, 3.0], "12，7，3")) }))
        @if let Some((procedure, version)) = licence {
            (section("draw", "流程图", draw::procedure(call, version)))
            (section("form", "表单", html! { div.text { (form::controls(call, &version.fields, &first_of_each_kind(version), &Filled::default())) } p class="small dim" { "取自" (procedure.title) } }))
        }
        (section("pager", "翻页", pager::pager(call, 50, 50, 874_942, 50, "件")))
        (section("tags", "提示", html! { p.note { "顺便说一句。" } p class="warn mt" { "必须处理。" } p.mt { span.tag { "手填" } } p class="empty mt" { "没有逾期的案件。" } }))
    };
    Ok(Page::new(audience(call), title, body).ok(call))
}

fn first_of_each_kind(version: &engine::law::Version) -> Vec<engine::law::Ask> {
    let mut seen = Vec::new();
    let mut asks = Vec::new();
    for field in &version.fields {
        if !seen.contains(&field.kind) {
            seen.push(field.kind);
            asks.push(engine::law::Ask { field: field.id.clone(), required: false });
        }
    }
    asks
}

fn lamps(call: &Call<'_>) -> Markup {
    let at: DateTime = call.now;
    let due = Due { at, provisional: false };
    let running = |left, share| Standing::Running { due, left, unit: Unit::Working, share };
    let all = [
        running(9, 0.3),
        running(1, 0.9),
        Standing::Overdue { due, by: 3, unit: Unit::Working },
        Standing::Paused { since: at },
        Standing::Met { at, due, early: 1, unit: Unit::Working },
        Standing::MetLate { at, due, late: 2, unit: Unit::Working },
    ];
    html! { ul.sws { @for standing in &all { li { (lamp::lamp(standing, call.today(), false, true)) } } li { (lamp::lamp(&running(83, 0.1), call.today(), true, true)) } } }
}
