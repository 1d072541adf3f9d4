//! Long lists: 第51—100件，共874,942件, previous and next.

use maud::{Markup, html};

use crate::call::Call;
use engine::value::thousands;

/// `unit` is the measure word: 件, 条, 项.
pub fn pager(call: &Call<'_>, offset: u64, shown: usize, total: u64, page: u64, unit: &str) -> Markup {
    let last = offset.saturating_add(shown as u64);
    let count = |n: u64| thousands(i64::try_from(n).unwrap_or(i64::MAX));
    html! {
        nav class="mt small" aria-label="翻页" { ul.row {
            @if shown > 0 { li.dim { "第" (count(offset.saturating_add(1))) "—" (count(last)) (unit) "，共" (count(total)) (unit) } } @else { li.dim { "共" (count(total)) (unit) } }
            @if offset > 0 { li { a href=(call.with("from", &offset.saturating_sub(page).to_string())) { (call.say("上一页")) } } }
            @if last < total { li { a href=(call.with("from", &last.to_string())) { (call.say("下一页")) } } }
        } }
    }
}
