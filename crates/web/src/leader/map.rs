//! 瓦片图: the townships as equal tiles where the register of organs puts them, five inks, the number in each, a table under it.

use actions::board::{Board, Map, Place};
use engine::value::thousands;
use maud::{Markup, html};

use crate::call::Call;
use crate::components::order;
use crate::components::page::section_with;

pub fn section(call: &Call<'_>, map: &Map, board: &Board) -> Markup {
    let beside = html! {
        p class="small dim" { "合计" a.fig href={ "/figures/" (map.key) "?year=" (board.year) } { (thousands(map.total)) } (map.unit)
            @if map.nowhere > 0 { "，其中" (thousands(map.nowhere)) (map.unit) "没有写明乡镇（街道）" }
        }
        @if map.choices.len() > 1 { ul class="row small" { @for (key, title) in &map.choices { li {
            @if *key == map.key { strong { (call.lang.name(key, title)) } } @else { a href={ (call.with("map", key)) "#map" } { (call.lang.name(key, title)) } }
        } } } }
    };
    section_with("map", &call.lang.name(&map.key, &map.title), beside, tiles(call, map, board.year))
}

/// The tiles alone, for the wall.
pub fn brief(call: &Call<'_>, map: &Map, board: &Board) -> Markup {
    let beside = html! { p class="small dim" { "合计" (thousands(map.total)) (map.unit) } };
    section_with("map", &call.lang.name(&map.key, &map.title), beside, html! { (drawn(map, board.year)) p class="xs dim mt" { (MEANT) } })
}

/// 向阳街道办事处 is 向阳.
fn short(title: &str) -> &str {
    let title = ["人民政府", "办事处"].iter().find_map(|tail| title.strip_suffix(tail)).unwrap_or(title);
    ["街道", "镇", "乡"].iter().find_map(|tail| title.strip_suffix(tail)).filter(|short| !short.is_empty()).unwrap_or(title)
}

const MEANT: &str = "颜色越深，数越大。位置是示意，上北下南，不是行政区划图。";

fn open(map: &Map, place: &Place, year: i16) -> String {
    format!("/figures/{}?year={year}&place={}", map.key, place.id)
}

fn drawn(map: &Map, year: i16) -> Markup {
    let narrow = map.places.iter().filter_map(|place| place.at).all(|(_, column)| column <= 6);
    html! {
        ul class=(if narrow { "tiles tiles-6" } else { "tiles" }) { @for place in &map.places {
            li class=[place.at.filter(|(row, _)| *row <= 10).map(|(row, column)| format!("r{row} c{column}"))] {
                a class=(format!("q{}", place.shade)) href=(open(map, place, year)) { span.vh { (place.title) } span aria-hidden="true" { (short(&place.title)) } b { (thousands(place.amount)) } }
            }
        } }
    }
}

/// The tiles and the table under them.
pub fn tiles(call: &Call<'_>, map: &Map, year: i16) -> Markup {
    html! {
        @if map.places.is_empty() { p.empty { "机关名录里还没有乡镇、街道。" } } @else {
            (drawn(map, year))
            p class="xs dim mt" { (MEANT) }
            details class="small mt" { summary { (call.say("看表")) }
                table class="t t-d" { caption.vh { (map.title) "，按乡镇（街道）" }
                    thead { tr { th scope="col" { (call.say("乡镇（街道）")) } th.n scope="col" { (map.unit) } th.n scope="col" { "占（%）" } th scope="col" { span.vh { (call.say("下达指令")) } } } }
                    tbody { @for place in &map.places { tr {
                        th scope="row" { (place.title) }
                        td.n { @if place.amount == 0 { "0" } @else { a.fig href=(open(map, place, year)) { (thousands(place.amount)) } } }
                        td.n { @if map.total > 0 { (format!("{:.1}", place.amount as f64 * 100.0 / map.total as f64)) } @else { "—" } }
                        td.nw { a href=(order::href(Some(&place.id), "figure", &format!("{}的{}{}{}", place.title, map.title, thousands(place.amount), map.unit), &open(map, place, year))) { (call.say("下达指令")) span.vh { "：" (place.title) } } }
                    } } }
                }
            }
        }
    }
}
