//! The law read aloud: every procedure with its steps, who takes them, articles, clocks, and what it does not model.

use actions::Error;
use engine::decide::{last_day_in_words, period, post_titles};
use engine::law::{Procedure, Version};
use maud::{Markup, html};

use crate::call::{Answer, Call};
use crate::components::draw;
use crate::components::law::{cited, quote};
use crate::components::page::{Page, audience, head, section};
use crate::words;

pub fn all(call: &Call<'_>) -> Answer {
    let title = "流程、期限和依据";
    let law = &call.hall.law;
    let body = html! {
        (head("", title, "办一件事有哪些步骤、谁来办、多长时间、依据哪一条。"))
        (section("procedures", "流程", html! {
            table class="t stack" { caption.vh { "流程" }
                thead { tr { th scope="col" { (call.say("程序")) } th scope="col" { (call.say("依据")) } th.n scope="col" { (call.say("步骤")) } th.n scope="col" { (call.say("期限")) } } }
                tbody { @for procedure in law.procedures.values() { @if let Some((_, version)) = law.version(&procedure.id, call.today()) { tr {
                    td.key { a href={ "/law/" (procedure.id) } { (call.lang.name(&procedure.id, &procedure.title)) } }
                    td { (cited(call, Some(&procedure.basis))) }
                    td.n { (version.steps.len()) } td.n { (version.clocks.len()) }
                } } } }
            }
        }))
        (section("instruments", "引用的法律、法规和文件", html! {
            table class="t stack" { caption.vh { "引用的法律、法规和文件" }
                thead { tr { th scope="col" { "名称" } th.n scope="col" { "引用条文" } th scope="col" { "现行版本施行" } } }
                tbody { @for instrument in law.instruments.values() {
                    @let version = instrument.versions.iter().find(|version| version.in_force <= call.today() && version.until.is_none_or(|until| call.today() < until));
                    tr { td.key { "《" (instrument.title) "》" span.sub lang="en" { (instrument.english) } }
                        td.n { (version.map_or(0, |version| version.articles.len())) }
                        td.nw { @if let Some(version) = version { (engine::value::long_date(version.in_force)) } @else { "现在没有施行的版本" } } }
                } }
            }
        }))
    };
    Ok(Page::new(audience(call), title, body).here(here(call)).ok(call))
}

fn here(call: &Call<'_>) -> &'static str {
    if call.inside() { "查法条" } else { "我要问" }
}

pub fn one(call: &Call<'_>) -> Answer {
    let (procedure, version) = call.hall.law.version(call.part("procedure"), call.today()).ok_or(Error::NotFound)?;
    let title = call.lang.name(&procedure.id, &procedure.title);
    let body = html! {
        (head(&format!("{}起施行的版本", engine::value::long_date(version.in_force)), &title, ""))
        (quote(call, &procedure.basis))
        (draw::procedure(call, version))
        (section("steps", call.say("步骤"), step_list(call, version)))
        (section("clocks", call.say("期限"), clocks(call, version)))
        @if !procedure.unmodelled.is_empty() { (section("un", call.say("没有纳入程序的"), unmodelled(procedure))) }
    };
    Ok(Page::new(audience(call), title, body).here(here(call)).under("/law", call.say("看流程和依据")).ok(call))
}

fn step_list(call: &Call<'_>, version: &Version) -> Markup {
    let stage = |id: &str| version.stage(id).map_or_else(|| id.to_owned(), |stage| call.lang.name(&stage.id, &stage.title));
    html! {
        ol.steps { @for step in &version.steps { li { div {
            h3 id=(step.id) { (call.lang.name(&step.id, &step.title)) }
            p.small { (post_titles(&call.hall.law, &step.by)) "办理。"
                @if step.from.is_empty() { "开始新案件。" } @else { "在“" (step.from.iter().map(|from| stage(from)).collect::<Vec<_>>().join("”“")) "”时办。" }
                @if let Some(to) = &step.to { "办后到“" (stage(to)) "”。" }
            }
            @if let Some(hint) = &step.hint { p class="small dim" { (hint) } }
            details class="small" { summary { @match &step.cite { Some(cite) => (words::cite(&call.hall.law, cite)), None => "要满足什么" } }
                @if let Some(cite) = &step.cite { (quote(call, cite)) }
                ul.dots {
                    @for need in &step.needs { li { (need.cure.as_deref().unwrap_or_default()) " " span.dim { (words::cite(&call.hall.law, &need.cite)) } } }
                    @for ask in step.asks.iter().filter(|ask| ask.required) { li { "填写“" (version.field(&ask.field).map_or(ask.field.as_str(), |field| field.title.as_str())) "”" } }
                }
            }
        } } } }
    }
}

fn clocks(call: &Call<'_>, version: &Version) -> Markup {
    let named = |id: &str| {
        version
            .step(id)
            .map(|step| step.title.clone())
            .or_else(|| version.stage(id).map(|stage| stage.title.clone()))
            .unwrap_or_else(|| id.to_owned())
    };
    html! {
        table class="t stack" { caption.vh { "期限" }
            thead { tr { th scope="col" { (call.say("期限")) } th scope="col" { "多长" } th scope="col" { "从哪一步起" } th scope="col" { "到期怎样" } th scope="col" { (call.say("依据")) } } }
            tbody { @for clock in &version.clocks { tr {
                td.key { (call.lang.name(&clock.id, &clock.title)) }
                td.nw { @match (clock.count, &clock.parameter, &clock.ends) {
                    (Some(count), _, _) => (period(count, clock.unit())),
                    (None, _, Some(ends)) => (last_day_in_words(&call.hall.law, version, ends)),
                    (None, Some(id), None) => { "参数" (id) @if let Some(parameter) = call.hall.law.parameter(id, &call.hall.settings.division, call.today()) { span.sub { (parameter.title) @if parameter.division.is_none() { "，默认值，本地尚未采纳" } } } },
                    (None, None, None) => "没有写明",
                } }
                td { (clock.starts.iter().map(|id| named(id)).collect::<Vec<_>>().join("、")) }
                td { @match &clock.lapse {
                    Some(lapse) => { @if let Some(step) = &lapse.step { "自动“" (named(step)) "”" } @else if let Some(post) = &lapse.alert { "提醒" (post_titles(&call.hall.law, std::slice::from_ref(post))) } },
                    None => "权利届满",
                } }
                td { (words::cite(&call.hall.law, &clock.cite)) }
            } } }
        }
    }
}

fn unmodelled(procedure: &Procedure) -> Markup {
    html! { p class="small dim" { "法律有规定，这里没有做成步骤，由承办人掌握。" } ul.dots { @for line in &procedure.unmodelled { li { (line) } } } }
}
