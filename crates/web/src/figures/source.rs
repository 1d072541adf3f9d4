//! Where a figure comes from, in words: the steps or acts that count, under which conditions, with a way to the rules themselves.

use std::collections::BTreeMap;

use engine::figure::{Dimension, Figure, Measure, Over};
use engine::law::Field;
use maud::{Markup, html};

use crate::call::Call;

/// What records are told apart by.
pub fn dimension(by: Dimension) -> &'static str {
    match by {
        Dimension::Organ => "机关",
        Dimension::Matter => "事项",
        Dimension::Place => "地点",
    }
}

pub fn words(call: &Call<'_>, figure: &Figure) -> Markup {
    match &figure.measure {
        Measure::Count(over) => events(call, over, "每办一次计一次"),
        Measure::Sum(sum) => {
            let over = Over {
                procedure: sum.procedure.clone(),
                register: sum.register.clone(),
                on: sum.on.clone(),
                filter: sum.filter.clone(),
                in_time: None,
            };
            let title =
                fields(call, &over).iter().find(|field| field.id == sum.field).map_or(sum.field.clone(), |field| field.title.clone());
            events(call, &over, &format!("把“{title}”加起来"))
        }
        Measure::Stock(stock) => {
            let over = Over { register: Some(stock.register.clone()), filter: stock.filter.clone(), ..Over::default() };
            html! { (origin(call, &over)) "里期末有效的条目" (conditions(call, &over)) }
        }
        Measure::Cases(open) => {
            let over = Over { procedure: Some(open.procedure.clone()), filter: open.filter.clone(), ..Over::default() };
            let version = call.hall.law.procedures.get(&open.procedure).and_then(|procedure| procedure.versions.last());
            let stages: Vec<&str> = open
                .stages
                .iter()
                .filter_map(|id| version.and_then(|version| version.stage(id)))
                .map(|stage| stage.title.as_str())
                .collect();
            html! {
                (origin(call, &over)) "里期末"
                @if stages.is_empty() { "还没有办完的案件" } @else { "处在“" (stages.join("”“")) "”的案件" }
                (conditions(call, &over))
            }
        }
        Measure::Statement(_) => html! { span.tag { "手填" } " 记录里没有，由负责机关填报、另一个人核对" },
        Measure::Distinct(_) | Measure::Ratio(_) | Measure::Mean(_) | Measure::Change(_) => html! { "由上面的数算出" },
    }
}

fn events(call: &Call<'_>, over: &Over, how: &str) -> Markup {
    let titles: Vec<String> = over.on.iter().map(|id| step(call, over, id)).collect();
    let clock = over.in_time.as_deref().map(|id| {
        let version = over.procedure.as_ref().and_then(|id| call.hall.law.procedures.get(id)).and_then(|found| found.versions.last());
        version.and_then(|version| version.clocks.iter().find(|clock| clock.id == id)).map_or(id.to_owned(), |clock| clock.title.clone())
    });
    html! {
        (origin(call, over)) "的“" (titles.join("”“")) "”，" (how)
        @if let Some(clock) = clock { "；只计没有超过“" (clock) "”期限的" }
        (conditions(call, over))
    }
}

fn step(call: &Call<'_>, over: &Over, id: &str) -> String {
    let law = &call.hall.law;
    let found = match (&over.procedure, &over.register) {
        (Some(procedure), _) => law
            .procedures
            .get(procedure)
            .and_then(|found| found.versions.iter().rev().find_map(|version| version.step(id)))
            .map(|step| step.title.clone()),
        (None, Some(register)) => {
            law.registers.get(register).and_then(|found| found.acts.iter().find(|act| act.id == id)).map(|act| act.title.clone())
        }
        (None, None) => None,
    };
    found.unwrap_or_else(|| if id == engine::case::LAPSE { "期限届满".to_owned() } else { id.to_owned() })
}

fn origin(call: &Call<'_>, over: &Over) -> Markup {
    let law = &call.hall.law;
    html! {
        @if let Some(procedure) = over.procedure.as_ref().and_then(|id| law.procedures.get(id)) {
            a href={ "/law/" (procedure.id) } { (call.lang.name(&procedure.id, &procedure.title)) }
        }
        @if let Some(register) = over.register.as_ref().and_then(|id| law.registers.get(id)) {
            @if call.inside() { a href={ "/officer/registers/" (register.id) } { (call.lang.name(&register.id, &register.title)) } }
            @else if register.public { a href={ "/registers/" (register.id) } { (call.lang.name(&register.id, &register.title)) } }
            @else { (call.lang.name(&register.id, &register.title)) }
        }
    }
}

fn fields<'l>(call: &'l Call<'_>, over: &Over) -> &'l [Field] {
    let law = &call.hall.law;
    match (&over.procedure, &over.register) {
        (Some(procedure), _) => {
            law.procedures.get(procedure).and_then(|found| found.versions.last()).map_or(&[], |found| found.fields.as_slice())
        }
        (None, Some(register)) => law.registers.get(register).map_or(&[], |found| found.fields.as_slice()),
        (None, None) => &[],
    }
}

fn conditions(call: &Call<'_>, over: &Over) -> Markup {
    let filter: &BTreeMap<String, Vec<String>> = &over.filter;
    let known = fields(call, over);
    let said: Vec<String> = filter
        .iter()
        .map(|(id, values)| {
            let field = known.iter().find(|field| field.id == *id);
            let title = match id.as_str() {
                "case.organ" => "机关",
                "case.matter" => "事项",
                id => field.map_or(id, |field| field.title.as_str()),
            };
            let values: Vec<String> = values
                .iter()
                .map(|value| match id.as_str() {
                    "case.organ" => call.hall.organ_title(value),
                    "case.matter" => call.hall.matter_title(value),
                    _ => engine::value::read(field, &serde_json::Value::String(value.clone())),
                })
                .collect();
            format!("{title}是{}", values.join("或者"))
        })
        .collect();
    html! { @if !said.is_empty() { "；条件：" (said.join("，")) } }
}
