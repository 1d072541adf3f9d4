//! For supervisors: what is late, which reviews are bad and how far their handling is, organ by organ.

use actions::look::Listing;
use actions::{CaseFilter, HeadRow};
use engine::case::Person;
use engine::clock::Standing;
use engine::decide::version_of;
use maud::{Markup, html};

use crate::call::{Answer, Call};
use crate::components::lamp;
use crate::components::page::{Audience, Page, head, section, section_with};
use crate::components::pager::pager;
use crate::words;

const PAGE: u32 = 50;
/// Stages between a bad review and its end.
const BAD: &[&str] = &["bad-review", "verifying", "correcting", "explaining", "calling-back", "called-back"];

fn overdue(call: &Call<'_>) -> CaseFilter {
    let organs = call.ask("organ").map(str::to_owned).into_iter().collect();
    CaseFilter { open: Some(true), due_before: Some(actions::moment::seconds(call.now)), organs, ..CaseFilter::default() }
}

fn bad() -> CaseFilter {
    CaseFilter {
        open: Some(true),
        procedures: vec!["licence".to_owned()],
        stages: BAD.iter().map(|stage| (*stage).to_owned()).collect(),
        ..CaseFilter::default()
    }
}

pub fn watch(call: &Call<'_>) -> Answer {
    let me = call.me()?;
    let offset = call.offset();
    let (late, late_count) = call.hall.list(me, Listing { filter: overdue(call), by_due: true, offset, limit: PAGE })?;
    let (reviews, review_count) = call.hall.list(me, Listing { filter: bad(), by_due: true, offset: 0, limit: PAGE })?;
    let title = match (late_count, review_count) {
        (0, 0) => "没有逾期的案件，没有没办完的差评".to_owned(),
        (0, n) => format!("没有逾期的案件，{n}条差评没有办完"),
        (n, 0) => format!("{n}件逾期，没有没办完的差评"),
        (n, m) => format!("{n}件逾期，{m}条差评没有办完"),
    };
    let body = html! {
        (head(&words::today(call.today()), &title, ""))
        dl.strip {
            div { dt { "逾期未办" } dd { a class=(if late_count > 0 { "fig red" } else { "fig" }) href="#late" { (late_count) } span.unit { "件" } } }
            div { dt { "差评未办结" } dd { a.fig href="#bad" { (review_count) } span.unit { "条" } } }
            div { dt { "未办结" } dd { a.fig href="#organs" { (count(call, me, CaseFilter { open: Some(true), ..CaseFilter::default() })?) } span.unit { "件" } } }
        }
        (section_with("late", call.say("已逾期"), html! { @if let Some(organ) = call.ask("organ") { p.small { "只看" (call.hall.organ_title(organ)) "　" a href="/supervisor" { "看全部" } } } }, html! {
            @if late.is_empty() { p.empty { "没有逾期的案件。" } } @else { (table(call, &late)?) (pager(call, offset, late.len(), late_count, u64::from(PAGE), "件")) }
        }))
        (section("bad", "差评", html! { @if reviews.is_empty() { p.empty { "没有没办完的差评。" } } @else { (table(call, &reviews)?) } }))
        (section("organs", "按机关", organs(call, me)?))
    };
    Ok(Page::new(Audience::Supervisor, title, body).here("监督").ok(call))
}

fn count(call: &Call<'_>, me: &Person, filter: CaseFilter) -> Result<u64, actions::Error> {
    Ok(call.hall.list(me, Listing { filter, limit: 1, ..Listing::default() })?.1)
}

fn table(call: &Call<'_>, rows: &[HeadRow]) -> Result<Markup, actions::Error> {
    let mut lines = Vec::new();
    for row in rows {
        let case = call.hall.case(row.stream)?;
        let version = version_of(&call.hall.law, &case).map(|(_, version)| version);
        let clocks = version.into_iter().flat_map(|version| &version.clocks);
        let worst = clocks
            .filter(|clock| clock.lapse.as_ref().is_some_and(|lapse| lapse.alert.is_some()))
            .filter_map(|clock| {
                Some((
                    clock.title.clone(),
                    case.clocks.get(&clock.id).filter(|ledger| ledger.running())?.standing(&call.hall.law.calendar, call.now).ok()?,
                ))
            })
            .min_by_key(|(_, standing)| (lamp::urgency(standing), lamp::due_day(standing)));
        let stage = version
            .and_then(|version| version.stage(&case.stage))
            .map_or_else(|| case.stage.clone(), |stage| call.lang.name(&stage.id, &stage.title));
        lines.push((row, worst, stage));
    }
    let who = |row: &HeadRow| {
        row.head
            .handlers
            .iter()
            .map(|id| call.hall.registers().entry("officers", id).map_or_else(|| id.clone(), |entry| entry.title.clone()))
            .collect::<Vec<_>>()
            .join("、")
    };
    Ok(html! {
        table class="t stack" { caption.vh { "案件" }
            thead { tr { th scope="col" { (call.say("期限")) } th scope="col" { (call.say("案件")) } th scope="col" { (call.say("机关")) } th scope="col" { (call.say("阶段")) } } }
            tbody { @for (row, worst, stage) in &lines { tr {
                td.nw { @match worst { Some((title, standing)) => { (lamp::lamp(standing, call.today(), false, true)) span.due { (title) (date(call, standing)) } }, None => span.dim { "没有期限在走" } } }
                td.key { a href={ "/officer/cases/" (row.stream) } { strong { (row.head.title) } } span.sub { (row.head.code.as_deref().unwrap_or_default()) } }
                td { (call.hall.organ_title(&row.head.organ)) span.sub { (who(row)) } }
                td.nw { (stage) }
            } } }
        }
    })
}

fn date(call: &Call<'_>, standing: &Standing) -> String {
    lamp::due_day(standing).map_or_else(String::new, |day| format!("，{}", words::day(day, call.today())))
}

fn organs(call: &Call<'_>, me: &Person) -> Result<Markup, actions::Error> {
    let registers = call.hall.registers();
    let mut rows = Vec::new();
    for organ in registers.all("organs") {
        let within = |filter: CaseFilter| CaseFilter { organs: vec![organ.id.clone()], ..filter };
        let open = count(call, me, within(CaseFilter { open: Some(true), ..CaseFilter::default() }))?;
        if open == 0 {
            continue;
        }
        let late = count(call, me, within(CaseFilter { organs: Vec::new(), ..overdue(call) }))?;
        rows.push((organ.id.clone(), organ.title.clone(), open, late, count(call, me, within(bad()))?));
    }
    rows.sort_by_key(|(_, _, open, late, _)| (std::cmp::Reverse(*late), std::cmp::Reverse(*open)));
    Ok(html! {
        @if rows.is_empty() { p.empty { "各机关都没有未办结的案件。" } } @else {
            table class="t t-d" { caption.vh { "各机关未办结的案件" }
                thead { tr { th scope="col" { (call.say("机关")) } th.n scope="col" { "逾期（件）" } th.n scope="col" { "未办结（件）" } th.n scope="col" { "差评（条）" } } }
                tbody { @for (id, title, open, late, bad) in &rows { tr {
                    th scope="row" { (title) }
                    td.n { @if *late > 0 { a class="fig red" href={ "/supervisor?organ=" (id) "#late" } { (late) } } @else { "0" } }
                    td.n { (open) } td.n { (bad) }
                } } }
            }
        }
    })
}
