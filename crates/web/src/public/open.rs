//! 开放数据: what anybody may take, with its files; and the DCAT catalogue for programs.

use actions::Error;
use actions::pool::open::OpenSet;
use engine::value::thousands;
use maud::{Markup, html};

use crate::call::{Answer, Call, Reply};
use crate::components::page::{Audience, Page, head, pairs, section};
use crate::words;

pub fn all(call: &Call<'_>) -> Answer {
    let sets = call.hall.open_sets(call.now)?;
    let title = if sets.is_empty() {
        "还没有开放的数据集".to_owned()
    } else {
        format!("{}个数据集，任何人都可以取用", sets.len())
    };
    let body = html! {
        (head(call.say("开放数据"), &title, "每个文件的地址不变，带更新时间和校验值。个人信息不在其中。"))
        @if sets.is_empty() { p.empty { "数据集经过审查、列为向社会开放以后，出现在这里。" } } @else {
            table class="t stack" { caption.vh { (call.say("开放数据")) }
                thead { tr { th scope="col" { (call.say("数据集")) } th scope="col" { (call.say("发布单位")) } th.n scope="col" { "条" } th scope="col" { (call.say("更新")) } th scope="col" { (call.say("文件")) } } }
                tbody { @for set in &sets { tr {
                    td.key { a href={ "/open-data/" (set.id) } { (set.title) } }
                    td { (set.publisher) }
                    td.n { (thousands(set.records as i64)) }
                    td.nw { (words::day(set.modified.date(), call.today())) }
                    td.nw { @for file in &set.files { a href=(file.path) { (file.form.ending().to_uppercase()) } " " } }
                } } }
            }
        }
        p class="small mt" { "供程序使用的目录：" a href="/open-data/catalogue.jsonld" { "DCAT 3（JSON-LD）" } "　" a href="/api/open-data" { "接口" } }
    };
    Ok(Page::new(Audience::Public, title, body).here("开放数据").under("/", call.say("首页")).ok(call))
}

/// A data set, one of its files, or the catalogue: they stand side by side under one address.
pub fn one(call: &Call<'_>) -> Answer {
    let name = call.part("id");
    if name == "catalogue.jsonld" {
        let catalogue = call.hall.open_catalogue(call.now)?;
        let bytes = serde_json::to_vec_pretty(&catalogue).map_err(|error| Error::Invalid(error.to_string()))?;
        return Ok(Reply::File { kind: "application/ld+json", name: name.to_owned(), bytes });
    }
    if name.contains('.') {
        let file = call.hall.open_file(name, call.now)?;
        return Ok(Reply::File { kind: file.form.mime(), name: name.to_owned(), bytes: file.bytes.to_vec() });
    }
    let set = call.hall.open_set(name, call.now)?;
    let title = set.title.clone();
    let body = html! {
        (head(call.say("开放数据"), &title, &set.description))
        div.cols {
            div {
                (section("files", call.say("文件"), files(&set)))
                (section("columns", call.say("数据项"), html! { ul.dots { @for column in &set.columns { li { (column) } } } }))
            }
            div.aside.a2 { section.sec aria-labelledby="about" { h2 #about { (call.say("说明")) } (about(call, &set)) } }
        }
    };
    Ok(Page::new(Audience::Public, title, body)
        .here("开放数据")
        .under("/", call.say("首页"))
        .under("/open-data", call.say("开放数据"))
        .ok(call))
}

fn files(set: &OpenSet) -> Markup {
    html! {
        @for file in &set.files {
            p { a href=(file.path) { strong { (file.form.ending().to_uppercase()) } } "　" (thousands(file.bytes.len() as i64)) "字节" }
            dl class="dl small" {
                div { dt { "SM3" } dd.hash { (file.sm3) } }
                div { dt { "SHA-256" } dd.hash { (file.sha256) } }
            }
        }
    }
}

fn about(call: &Call<'_>, set: &OpenSet) -> Markup {
    pairs(&[
        ("发布单位", html! { (set.publisher) }),
        ("记录", html! { (thousands(set.records as i64)) "条" }),
        ("更新时间", html! { (words::moment(set.modified, call.today())) }),
        ("许可", html! { (if set.licence.is_empty() { "没有另外的条件" } else { &set.licence }) }),
        ("编号", html! { (set.id) }),
    ])
}
