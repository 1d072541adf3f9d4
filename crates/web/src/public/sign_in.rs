//! Signing in and out.

use axum::http::StatusCode;
use maud::html;

use crate::call::{Answer, Call, Door, Reply, local};
use crate::components::form;
use crate::components::page::{Audience, Page, head};

pub fn show(call: &Call<'_>) -> Answer {
    Ok(page(call, None, call.ask("next").unwrap_or_default(), StatusCode::OK))
}

fn page(call: &Call<'_>, error: Option<&str>, next: &str, status: StatusCode) -> Reply {
    let title = if error.is_some() { "没有登录成功" } else { "登录" };
    let body = html! {
        (head("", title, ""))
        @if let Some(error) = error { div.errs role="alert" { h2 { (error) } p { "账号区分大小写。忘了密码，到政务服务大厅凭证件重置。" } } }
        form.text method="post" action="/sign-in" {
            (form::token(call))
            input type="hidden" name="next" value=(next);
            (form::line("login", call.say("账号"), "", "text", call.given("login").unwrap_or_default()))
            (form::line("password", call.say("密码"), "", "password", ""))
            button.btn type="submit" { (call.say("登录")) }
        }
    };
    Page::new(Audience::Public, title, body).with(call, status)
}

pub fn enter(call: &Call<'_>) -> Answer {
    let (login, password) = (call.given("login").unwrap_or_default(), call.given("password").unwrap_or_default());
    let next = call.given("next").unwrap_or_default();
    match call.hall.sign_in(login, password, call.now) {
        Ok(token) => {
            let to = if next.is_empty() { own_room(call, &token)? } else { local(next).to_owned() };
            Ok(Reply::Enter { token, to })
        }
        Err(actions::Error::Forbidden(why)) => Ok(page(call, Some(&why), next, StatusCode::FORBIDDEN)),
        Err(error) => Err(error),
    }
}

/// Where each audience begins its day.
fn own_room(call: &Call<'_>, token: &str) -> Result<String, actions::Error> {
    let Some(visitor) = call.hall.visitor(token, call.now)? else { return Ok("/".to_owned()) };
    let person = &visitor.person;
    Ok(match () {
        () if person.holds("leader") => "/leader",
        () if person.holds("supervisor") => "/supervisor",
        () if !person.organ.is_empty() => "/officer",
        () => "/mine",
    }
    .to_owned())
}

pub fn leave(call: &Call<'_>) -> Answer {
    if let Some(token) = &call.token {
        call.hall.sign_out(token)?;
    }
    Ok(Reply::Leave("/".to_owned()))
}

/// What somebody from the public has asked for, newest first.
pub fn mine(call: &Call<'_>) -> Answer {
    let me = call.me()?;
    if call.admits(Door::Officer) {
        return Ok(Reply::Go("/officer".to_owned()));
    }
    let (rows, count) = call.hall.list(me, actions::look::Listing { offset: call.offset(), limit: 50, ..Default::default() })?;
    let title = if rows.is_empty() { "您还没有办件".to_owned() } else { format!("您有{count}件办件") };
    let body = html! {
        (head("", &title, ""))
        @if rows.is_empty() { p.empty { "从“" a href="/items" { "我要办" } "”开始申请，或者到“" a href="/report" { "我要诉" } "”反映问题。" } } @else {
            table class="t stack" { caption.vh { "我的办件" }
                thead { tr { th scope="col" { (call.say("事项")) } th scope="col" { (call.say("机关")) } th scope="col" { (call.say("阶段")) } th scope="col" { (call.say("办件编号")) } } }
                tbody { @for row in &rows {
                    @let code = row.head.code.clone().unwrap_or_default();
                    tr {
                        td.key { a href={ "/track/" (code) } { (row.head.title) } }
                        td { (call.hall.organ_title(&row.head.organ)) }
                        td { (crate::public::track::stage_title(call, &row.head.procedure, &row.head.version, &row.head.stage)) }
                        td.nw { (code) }
                    }
                } }
            }
            (crate::components::pager::pager(call, call.offset(), rows.len(), count, 50, "件"))
        }
    };
    Ok(Page::new(Audience::Public, title, body).here("我要查").ok(call))
}
