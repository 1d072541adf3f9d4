//! Forms made from the fields of the law: a control for every kind of field, and what was typed read back into values.
//! Whether a value is right is the engine's to say; here text becomes a number only where it is one.

use engine::case::Person;
use engine::decide::Reason;
use engine::law::{Ask, Field, FieldKind};
use maud::{Markup, html};
use serde_json::{Map, Value};

use crate::call::Call;

/// Registers longer than this are typed with suggestions, not chosen from a list.
const LONGEST_LIST: usize = 80;

/// What is already in a form, and what is wrong with it.
#[derive(Default)]
pub struct Filled {
    pub values: Map<String, Value>,
    pub reasons: Vec<Reason>,
}

impl Filled {
    fn error(&self, field: &str) -> Option<&str> {
        self.reasons.iter().find(|reason| reason.field.as_deref() == Some(field)).map(|reason| reason.says.as_str())
    }

    fn text(&self, field: &str) -> &str {
        self.values.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    fn has(&self, field: &str, item: &str) -> bool {
        match self.values.get(field) {
            Some(Value::Array(items)) => items.iter().any(|value| value.as_str() == Some(item)),
            Some(Value::String(text)) => text == item,
            _ => false,
        }
    }
}

/// The token that every form carries.
pub fn token(call: &Call<'_>) -> Markup {
    html! { input type="hidden" name="csrf" value=(call.csrf); }
}

/// The summary above a form whose fields have errors; each entry leads to its field.
pub fn summary(fields: &[Field], filled: &Filled) -> Markup {
    let wrong: Vec<&Reason> =
        filled.reasons.iter().filter(|reason| reason.field.as_ref().is_some_and(|id| fields.iter().any(|field| &field.id == id))).collect();
    html! {
        @if !wrong.is_empty() {
            div.errs role="alert" tabindex="-1" { h2 { "有" (wrong.len()) "处要改" }
                ul.dots { @for reason in wrong { li { a href={ "#f-" (reason.field.as_deref().unwrap_or_default()) } { (reason.says) } } } }
            }
        }
    }
}

/// One line of our own, outside the fields of the law.
pub fn line(name: &str, label: &str, hint: &str, kind: &str, value: &str) -> Markup {
    html! {
        div.field {
            label for={ "i-" (name) } { (label) }
            @if !hint.is_empty() { span.hint id={ "i-" (name) "-h" } { (hint) } }
            input class="in w-m" id={ "i-" (name) } name=(name) type=(kind) value=(value) autocomplete=(if kind == "password" { "current-password" } else { "off" }) aria-describedby=[(!hint.is_empty()).then(|| format!("i-{name}-h"))];
        }
    }
}

/// The controls for what a step asks.
pub fn controls(call: &Call<'_>, fields: &[Field], asks: &[Ask], filled: &Filled) -> Markup {
    let asked: Vec<(&Field, bool)> = asks
        .iter()
        .filter_map(|ask| Some((fields.iter().find(|field| field.id == ask.field)?, ask.required)))
        .filter(|(field, required)| *required || offered(call, field))
        .collect();
    let (required, optional): (Vec<_>, Vec<_>) = asked.into_iter().partition(|(_, required)| *required);
    // Many optional fields fold away, unless something is already in one of them.
    let folded = optional.len() > MANY && !required.is_empty();
    let open = optional
        .iter()
        .any(|(field, _)| filled.values.contains_key(&field.id) && field.id != "channel" || filled.error(&field.id).is_some());
    let rest = html! { @for (field, _) in &optional { (control(call, field, false, filled)) } };
    html! {
        @for (field, _) in required { (control(call, field, true, filled)) }
        @if folded { details.field open[open] { summary { "可以不填的，" (optional.len()) "项" } (rest) } } @else { (rest) }
    }
}

/// More optional fields than this fold away.
const MANY: usize = 4;

/// Files are named by digest, which only people of the government handle.
fn offered(call: &Call<'_>, field: &Field) -> bool {
    field.kind != FieldKind::Files || call.inside()
}

fn control(call: &Call<'_>, field: &Field, required: bool, filled: &Filled) -> Markup {
    let id = format!("f-{}", field.id);
    let error = filled.error(&field.id);
    let title = call.lang.name(&field.id, &field.title);
    let label = if required {
        title
    } else {
        format!("{title}{}", if call.lang == crate::words::Lang::English { " (optional)" } else { "（可不填）" })
    };
    let class = if error.is_some() { "field is-err" } else { "field" };
    let hints = hint(field);
    let described: Vec<String> =
        [hints.as_ref().map(|_| format!("{id}-h")), error.map(|_| format!("{id}-e"))].into_iter().flatten().collect();
    let described = (!described.is_empty()).then(|| described.join(" "));
    let before = html! {
        @if let Some(hint) = &hints { span.hint id={ (id) "-h" } { (hint) } }
        @if let Some(error) = error { span.err id={ (id) "-e" } { (error) } }
    };
    let invalid = error.map(|_| "true");
    if grouped(call, field) {
        return html! {
            fieldset class=(class) id=(id) tabindex="-1" aria-describedby=[described] { legend { (label) } (before) (group(call, field, &id, filled)) }
        };
    }
    let value = filled.text(&field.id);
    html! {
        div class=(class) {
            label for=(id) { (label) }
            (before)
            @match field.kind {
                FieldKind::Prose => textarea.in id=(id) name=(id) rows="4" aria-describedby=[described] aria-invalid=[invalid] { (value) },
                FieldKind::Lines | FieldKind::Columns | FieldKind::Files | FieldKind::Persons => textarea.in id=(id) name=(id) rows="4" aria-describedby=[described] aria-invalid=[invalid] { (lines_of(filled.values.get(&field.id))) },
                FieldKind::Points => input class="in w-s" id=(id) name=(id) inputmode="decimal" autocomplete="off" value=(value) aria-describedby=[described] aria-invalid=[invalid];,
                FieldKind::Number | FieldKind::Money => input class="in w-s" id=(id) name=(id) inputmode="numeric" autocomplete="off" value=(number_of(filled.values.get(&field.id))) aria-describedby=[described] aria-invalid=[invalid];,
                FieldKind::Date => input class="in w-s" id=(id) name=(id) type="date" value=(value) aria-describedby=[described] aria-invalid=[invalid];,
                FieldKind::Choice => select class="in w-m" id=(id) name=(id) aria-describedby=[described] aria-invalid=[invalid] {
                    option value="" { "请选择" }
                    @for choice in &field.choices { option value=(choice.id) selected[value == choice.id] { (call.lang.name(&choice.id, &choice.title)) } }
                },
                FieldKind::Entry => (entry(call, field, &id, value, described, invalid)),
                FieldKind::Person => select class="in w-m" id=(id) name=(id) aria-describedby=[described] aria-invalid=[invalid] {
                    option value="" { "请选择" }
                    @for person in people(call) { option value=(person.id) selected[value == person.id] { (person.name) "（" (person.id) "）" } }
                },
                _ => input.in id=(id) name=(id) autocomplete="off" value=(value) aria-describedby=[described] aria-invalid=[invalid];,
            }
        }
    }
}

fn grouped(call: &Call<'_>, field: &Field) -> bool {
    match field.kind {
        FieldKind::Fact | FieldKind::Choices | FieldKind::Party => true,
        FieldKind::Persons => !people(call).is_empty(),
        FieldKind::Choice => field.choices.len() <= 5,
        _ => false,
    }
}

fn hint(field: &Field) -> Option<String> {
    let own = field.hint.clone();
    let kind = match field.kind {
        FieldKind::Lines | FieldKind::Persons => Some("一行一条。"),
        FieldKind::Columns => Some("一行一个数据项：编号 | 名称 | 类型 | 标记。"),
        FieldKind::Files => Some("已存入的附件的SM3值，一行一个。"),
        FieldKind::Money => Some("单位：元。"),
        _ => None,
    };
    match (own, kind) {
        (Some(own), Some(kind)) if !own.contains("一行") => Some(format!("{own}{kind}")),
        (Some(own), _) => Some(own),
        (None, kind) => kind.map(str::to_owned),
    }
}

fn group(call: &Call<'_>, field: &Field, id: &str, filled: &Filled) -> Markup {
    let pick = |kind: &str, value: &str, title: &str| {
        let own = format!("{id}-{value}");
        html! { div.pick { input type=(kind) id=(own) name=(id) value=(value) checked[filled.has(&field.id, value)]; label for=(own) { (title) } } }
    };
    html! {
        @match field.kind {
            FieldKind::Fact => div.picks { (pick("radio", "yes", "是")) (pick("radio", "no", "否")) (pick("radio", "not-established", "尚未查明")) },
            FieldKind::Choice => div.picks { @for choice in &field.choices { (pick("radio", &choice.id, &call.lang.name(&choice.id, &choice.title))) } },
            FieldKind::Choices => div.picks { @for choice in &field.choices { (pick("checkbox", &choice.id, &call.lang.name(&choice.id, &choice.title))) } },
            FieldKind::Persons => div.picks { @for person in people(call) { (pick("checkbox", &person.id, &format!("{}（{}）", person.name, person.id))) } },
            _ => (party(field, id, filled)),
        }
    }
}

fn party(field: &Field, id: &str, filled: &Filled) -> Markup {
    let part =
        |name: &str| filled.values.get(&field.id).and_then(|value| value.get(name)).and_then(Value::as_str).unwrap_or_default().to_owned();
    let wrong = filled.error(&field.id).is_some();
    let line = |name: &str, title: &str| {
        let own = format!("{id}-{name}");
        html! { label.sublab for=(own) { (title) } input class="in w-m" id=(own) name={ (id) "." (name) } autocomplete="off" value=(part(name)) aria-invalid=[wrong.then_some("true")]; }
    };
    let kind = part("kind");
    html! {
        div.picks {
            div.pick { input type="radio" id={ (id) "-citizen" } name={ (id) ".kind" } value="citizen" checked[kind == "citizen"]; label for={ (id) "-citizen" } { "公民" } }
            div.pick { input type="radio" id={ (id) "-organisation" } name={ (id) ".kind" } value="organisation" checked[kind == "organisation"]; label for={ (id) "-organisation" } { "法人或者其他组织" } }
        }
        (line("name", "姓名或者名称")) (line("id", "公民身份号码或者统一社会信用代码（可不填）")) (line("phone", "电话（可不填）")) (line("address", "地址（可不填）"))
    }
}

fn entry(call: &Call<'_>, field: &Field, id: &str, value: &str, described: Option<String>, invalid: Option<&str>) -> Markup {
    let registers = call.hall.registers();
    let register = field.register.as_deref().unwrap_or_default();
    let found: Vec<_> = registers.all(register).filter(|entry| entry.in_force(call.today()) || entry.id == value).take(2_000).collect();
    html! {
        @if found.len() <= LONGEST_LIST && !found.is_empty() {
            select class="in w-m" id=(id) name=(id) aria-describedby=[described] aria-invalid=[invalid] {
                option value="" { "请选择" }
                @for entry in &found { option value=(entry.id) selected[entry.id == value] { (entry.title) } }
            }
        } @else {
            input class="in w-m" id=(id) name=(id) list={ (id) "-list" } autocomplete="off" value=(value) aria-describedby=[described] aria-invalid=[invalid];
            datalist id={ (id) "-list" } { @for entry in found.iter().take(300) { option value=(entry.id) { (entry.title) } } }
        }
    }
}

/// Officers of the organ of whoever fills the form.
fn people(call: &Call<'_>) -> Vec<Person> {
    let Some(me) = call.person().filter(|person| !person.organ.is_empty()) else { return Vec::new() };
    let registers = call.hall.registers();
    registers
        .all("officers")
        .filter(|entry| entry.organ == me.organ && entry.in_force(call.today()))
        .filter_map(|entry| call.hall.person(&entry.id, call.today()))
        .take(60)
        .collect()
}

fn lines_of(value: Option<&Value>) -> String {
    match value {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"),
        Some(Value::String(text)) => text.clone(),
        _ => String::new(),
    }
}

fn number_of(value: Option<&Value>) -> String {
    match value {
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(text)) => text.clone(),
        _ => String::new(),
    }
}

/// What was typed, as values. What is not a number stays text, so that the engine can say what is wrong and nothing typed is lost.
pub fn read(call: &Call<'_>, fields: &[Field], asks: &[Ask]) -> Map<String, Value> {
    let mut with = Map::new();
    for ask in asks {
        let Some(field) = fields.iter().find(|field| field.id == ask.field) else { continue };
        let name = format!("f-{}", field.id);
        let all = || call.form.iter().filter(|(key, _)| *key == name).map(|(_, value)| value.trim()).filter(|value| !value.is_empty());
        let value = match field.kind {
            FieldKind::Choices => Value::Array(all().map(Value::from).collect()),
            FieldKind::Persons => Value::Array(all().flat_map(str::lines).map(|line| Value::from(line.trim())).collect()),
            FieldKind::Lines | FieldKind::Columns | FieldKind::Files => {
                Value::Array(all().flat_map(str::lines).map(str::trim).filter(|line| !line.is_empty()).map(Value::from).collect())
            }
            FieldKind::Number | FieldKind::Money => match call.given(&name) {
                Some(text) => text.replace([',', '，', ' '], "").parse::<i64>().map_or_else(|_| Value::from(text), Value::from),
                None => continue,
            },
            FieldKind::Party => {
                let part = |part: &str| call.given(&format!("{name}.{part}"));
                let parts: Map<String, Value> = ["name", "kind", "id", "phone", "address"]
                    .into_iter()
                    .filter_map(|key| Some((key.to_owned(), Value::from(part(key)?))))
                    .collect();
                Value::Object(parts)
            }
            _ => match call.given(&name) {
                Some(text) => Value::from(text),
                None => continue,
            },
        };
        if !engine::value::empty(&value) {
            with.insert(field.id.clone(), value);
        }
    }
    with
}
