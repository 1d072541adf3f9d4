//! What a page says when something did not go: a refusal, a race, a thing that is not there, a door that is closed.

use actions::Error;
use axum::http::StatusCode;
use maud::html;

use crate::call::{Call, Door, Reply};
use crate::components::page::{Page, audience, head};
use crate::components::steps;

/// An error of the hall as a page. Refusals that know their form are rendered by the page that has it.
pub fn of(call: &Call<'_>, error: &Error) -> Reply {
    match error {
        Error::Refused(refusal) => {
            let title = format!("现在还不能{}", refusal.title);
            let body = html! { (head("", &title, "什么都没有改动。")) (steps::reasons(call, &refusal.reasons)) };
            Page::new(audience(call), title, body).with(call, StatusCode::CONFLICT)
        }
        Error::Overtaken => {
            plain(call, StatusCode::CONFLICT, "别人刚刚办了这一案的下一步", "您填的没有提交。请打开案件看最新情况，再决定要不要提交。")
        }
        Error::NotFound => {
            plain(call, StatusCode::NOT_FOUND, "没有找到，或者不对您开放", "请核对网址或者编号。应当能看而看不到的，请联系承办机关。")
        }
        Error::Forbidden(why) => plain(call, StatusCode::FORBIDDEN, "现在不能这样做", why),
        Error::Invalid(why) => plain(call, StatusCode::UNPROCESSABLE_ENTITY, "填的内容读不出来", why),
        Error::Counting(why) => plain(call, StatusCode::SERVICE_UNAVAILABLE, "数还没有数完", why),
        Error::Store(_) | Error::Paper(_) => {
            plain(call, StatusCode::SERVICE_UNAVAILABLE, "记录库暂时不能用", "什么都没有改动。请稍后再试；着急的，请拨打12345。")
        }
        #[allow(unreachable_patterns)]
        other => plain(call, StatusCode::INTERNAL_SERVER_ERROR, "这件事没有办成", &other.to_string()),
    }
}

/// The door is closed: who may enter, and nothing about what is behind.
pub fn closed(call: &Call<'_>, door: Door) -> Reply {
    let who = match door {
        Door::Open | Door::Signed => "登录的人",
        Door::Officer => "本级机关的工作人员",
        Door::Supervisor => "监督人员",
        Door::Leader => "区领导",
    };
    let lead = match call.visitor {
        Some(_) => format!("这里只对{who}开放。您有这个岗位而打不开的，请联系本机关的清单管理人员核对。"),
        None => format!("这里只对{who}开放，请先登录。"),
    };
    plain(call, StatusCode::FORBIDDEN, "这一页不对您开放", &lead)
}

pub fn plain(call: &Call<'_>, status: StatusCode, title: &str, lead: &str) -> Reply {
    let body = html! { (head("", title, lead)) p { a href="/" { "回到首页" } } };
    Page::new(audience(call), title, body).with(call, status)
}
