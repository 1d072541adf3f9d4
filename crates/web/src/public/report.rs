//! 我要诉: a problem told to the hotline, signed in or not; 我要评: where to review.

use engine::case::{APPLICANT, Person};
use maud::html;

use crate::call::{Answer, Call};
use crate::components::form::Filled;
use crate::components::page::{Audience, Page, head, section};
use crate::public::apply;
use crate::taking;

const HOTLINE: &str = "hotline-order";

/// Whoever calls without an account. No account can have this id, so nobody later reads the case as its applicant; the tracking code opens it.
fn caller(call: &Call<'_>) -> Person {
    match call.person() {
        Some(person) if person.organ.is_empty() => person.clone(),
        _ => Person { id: "u:".to_owned(), posts: vec![APPLICANT.to_owned(), "caller".to_owned()], ..Person::default() },
    }
}

pub fn show(call: &Call<'_>) -> Answer {
    let title = "您要反映什么问题？";
    let body = match apply::wanted(call, HOTLINE, &caller(call), call.path.clone()) {
        Ok(wanted) => {
            let mut filled = Filled::default();
            filled.values.insert("channel".to_owned(), serde_json::Value::from("web"));
            html! {
                (head("12345热线", title, "不用登录。提交后给您一个编号，凭编号随时看谁在办、几时答复。"))
                p class="note small" { "有人身危险的，请立即拨打110、119、120。" }
                (taking::form(call, &wanted, &filled))
            }
        }
        Err(_) => html! { (head("12345热线", title, "网上还不能提交，请拨打12345。")) },
    };
    Ok(Page::new(Audience::Public, title, body).here("我要诉").ok(call))
}

pub fn take(call: &Call<'_>) -> Answer {
    let me = caller(call);
    let wanted = apply::wanted(call, HOTLINE, &me, call.path.clone())?;
    apply::open(call, &wanted, &me, ("/report", "我要诉"))
}

pub fn review(call: &Call<'_>) -> Answer {
    let title = "办完的事，请您评一评";
    let body = html! {
        (head("好差评", title, "自愿，一次服务评一次。评“不满意”的，有人联系您，改完再请您看。"))
        (section("code", "凭编号评价", html! {
            form action="/track" {
                div.field { label for="no" { (call.say("办件编号")) } span.hint id="no-h" { "打开办件后，在“评一评”里选。要用申请时的账号登录。" }
                    input class="in w-m" id="no" name="code" aria-describedby="no-h" autocomplete="off"; }
                button class="btn" type="submit" { "打开办件" }
            }
        }))
        (section("mine", "从我的办件里选", html! { p { a href="/mine" { "看我的办件" } } }))
    };
    Ok(Page::new(Audience::Public, title, body).here("我要评").ok(call))
}
