//! The leader's screen, told over SQLite and over PostgreSQL: a call grows late, the screen says so, an order goes out, the organ
//! answers, the screen shows the answer; and every number on it is the one that every other page shows.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod town;

use actions::board::{AlertKind, Board};
use actions::figure::Period;
use actions::look::{Listing, Sight, sight};
use actions::{By, CaseFilter, CellFilter, Error, Hall, StoreError};
use jiff::civil::{DateTime, date};
use serde_json::json;
use store::trial::on_both;
use town::{enter, hall, refused, settle, take};

fn at(month: i8, day: i8, hour: i8) -> DateTime {
    date(2025, month, day).at(hour, 0, 0, 0)
}

fn seen(town: &Hall, who: &str, now: DateTime) -> Board {
    town.board(&town.person(who, now.date()).unwrap(), None, None, now).unwrap()
}

#[test]
fn from_an_alert_to_an_answered_order_on_both_databases() -> Result<(), StoreError> {
    on_both(|name, url| {
        println!("{name}");
        let town = hall(url);
        settle(&town);
        for (id, title, row, column) in [("xiurong", "秀容街道办事处", 2, 1), ("qicun", "奇村镇人民政府", 1, 2)] {
            let kind = if id == "qicun" { "township" } else { "sub-district" };
            enter(&town, "organs", "adopt", id, title, "", date(2024, 1, 2), json!({ "kind": kind, "map-row": row, "map-column": column }));
        }
        late_call(&town);
        let order = alert_to_order(&town);
        answered(&town, order);
        counted_alike(&town);
        assert_eq!(town.verify_figures(|_| ()).unwrap(), [], "{name}");
        assert!(town.store.verify(&[], |_| ()).unwrap().sound(), "{name}");
    })
}

/// A call of last year, closed by nobody, and one of this year, dispatched and never signed.
fn late_call(town: &Hall) {
    for (when, place) in [(date(2024, 2, 19).at(9, 0, 0, 0), json!("qicun")), (at(3, 1, 9), json!("qicun"))] {
        let with = json!({ "content": "小区暖气不热，室温只有十二度。", "channel": "phone", "township": place });
        let id = take(town, None, "hotline-order", "take-call", &["operator"], when, with).unwrap().case.id;
        take(town, Some(id), "", "accept", &["operator"], when, json!({ "class": "help", "topic": "供热" })).unwrap();
        let unit = json!({ "unit": "housing", "instructions": "现场测温" });
        take(town, Some(id), "", "dispatch", &["operator"], when, unit).unwrap();
    }
}

fn alert_to_order(town: &Hall) -> i64 {
    let now = at(3, 20, 9);
    let board = seen(town, "leader", now);
    assert_eq!((board.year, board.standing.open, board.standing.late, board.standing.orders), (2025, 2, 2, 0));
    let alert = board.alerts.iter().find(|alert| alert.kind == AlertKind::Late).expect("nothing says that housing is late");
    assert_eq!(alert.organ.as_deref(), Some("housing"));
    let housing = board.organs.iter().find(|row| row.id == "housing").unwrap();
    assert_eq!((housing.open, housing.late), (2, 2));
    // Neither the organ nor the supervisor sends orders, and nobody sends one for yesterday.
    let with = |day: &str| json!({ "organ": "housing", "subject": alert.says, "about-kind": "alert", "about-link": "/supervisor?organ=housing", "demand": "逐件查明。", "reply-by": day });
    for who in ["supervisor", "unit", "operator"] {
        let refusal = refused(town, None, "leader-order", "dispatch", &[who], now, with("2025-03-25"));
        assert!(refusal.reasons.iter().any(|reason| reason.guard == "competence"), "{who}: {refusal:?}");
    }
    assert!(refused(town, None, "leader-order", "dispatch", &["leader"], now, with("2025-03-19")).cites("使用规则/1"));
    let done = take(town, None, "leader-order", "dispatch", &["leader"], now, with("2025-03-25")).unwrap();
    assert_eq!((done.case.organ.as_str(), done.event.papers.as_slice()), ("housing", ["order-slip".to_owned()].as_slice()));
    let paper = town.issue_paper(town.person("leader", now.date()).as_ref(), done.case.id, 1, "order-slip", now).unwrap();
    assert_eq!(
        (paper.organ.as_str(), paper.addressee.as_deref()),
        ("忻府区司法局", Some("忻府区住房和城乡建设局")),
        "the order is the sender's"
    );
    // The organ it goes to finds it among its open cases; another organ does not learn of it.
    let orders = |who: &str| {
        let filter = CaseFilter { open: Some(true), procedures: vec!["leader-order".to_owned()], ..CaseFilter::default() };
        town.list(&town.person(who, now.date()).unwrap(), Listing { filter, limit: 10, ..Listing::default() }).unwrap().1
    };
    assert_eq!((orders("unit"), orders("stranger"), orders("supervisor")), (1, 0, 1));
    assert_eq!(sight(town, town.person("stranger", now.date()).as_ref(), &done.case), Sight::Nothing);
    assert!(matches!(town.board(&town.person("unit", now.date()).unwrap(), None, None, now), Err(Error::Forbidden(_))));
    done.case.id
}

fn answered(town: &Hall, order: i64) {
    let step = |step: &str, who: &str, when, with| {
        take(town, Some(order), "", step, &[who], when, with).unwrap_or_else(|error| panic!("{step}: {error}"))
    };
    let on_screen = |when| {
        let board = seen(town, "leader", when);
        (board.standing.orders, board.standing.orders_late, board.standing.orders_replied, board.orders.into_iter().next())
    };
    step("receive", "unit", at(3, 21, 9), json!({}));
    // The day passes without a reply: the supervisor is told, the screen says so.
    let late = at(3, 26, 9);
    town.run_round(late).unwrap();
    let board = seen(town, "leader", late);
    assert!(board.alerts.iter().any(|alert| alert.kind == AlertKind::OrderLate), "{:?}", board.alerts);
    assert!(board.orders[0].late && board.orders[0].reply.is_none());
    step("reply", "unit", at(3, 26, 10), json!({ "outcome": "partly", "reply": "一件办完，一件等配件。" }));
    let (orders, late, replied, first) = on_screen(at(3, 26, 11));
    assert_eq!((orders, late, replied), (1, 0, 1));
    assert_eq!(first.and_then(|order| order.reply).as_deref(), Some("一件办完，一件等配件。"));
    step("send-back", "leader", at(3, 26, 12), json!({ "opinion": "配件到了再报。", "reply-by": "2025-04-03" }));
    assert_eq!(on_screen(at(3, 26, 13)).2, 0);
    step("receive", "unit", at(3, 27, 9), json!({}));
    step("reply", "unit", at(4, 2, 9), json!({ "outcome": "done", "reply": "两件都已办完。" }));
    step("confirm", "leader", at(4, 2, 10), json!({}));
    assert!(on_screen(at(4, 2, 11)).3.is_none(), "a confirmed order is no longer open");
    let leader = town.person("leader", date(2025, 4, 2)).unwrap();
    let (list, total) = town.orders(&leader, 2025, 0, 50, at(4, 2, 11)).unwrap();
    assert_eq!((list.len(), total, list[0].ended, list[0].outcome.as_deref()), (1, 1, true, Some("已经办成")));
    let value = |key: &str| town.figure(key, Period::year(2025).unwrap(), &CellFilter::default()).unwrap().value;
    assert_eq!(
        ["orders_dispatched", "orders_replied", "orders_sent_back", "orders_overdue", "orders_confirmed"]
            .map(|key| value(&format!("S170.{key}"))),
        [1.0, 2.0, 1.0, 1.0, 1.0].map(Some)
    );
}

/// Whatever the screen shows, the figure's own page shows too; organs make the total; the map makes the figure.
fn counted_alike(town: &Hall) {
    let now = at(4, 2, 12);
    let leader = town.person("leader", now.date()).unwrap();
    let board = town.board(&leader, None, Some("S160.demands_accepted"), now).unwrap();
    let everything = CellFilter::default();
    let mut shown = 0;
    for gauge in board.sections.iter().flat_map(|section| &section.tiles) {
        let own = town.figure(&gauge.shown.key, board.period, &everything).unwrap();
        assert_eq!((gauge.shown.value, &gauge.shown.fraction, gauge.shown.records), (own.value, &own.fraction, own.records), "{}", own.key);
        let before = town.figure(&gauge.shown.key, board.before.unwrap(), &everything).unwrap();
        assert_eq!(gauge.before, before.value, "{} a year before", own.key);
        assert!(gauge.spark.is_empty() || gauge.spark.len() == 12 || gauge.spark.len() == 30, "{}", own.key);
        assert!(!gauge.source.is_empty() && !gauge.formula.is_empty(), "{}", own.key);
        shown += usize::from(own.value.is_some_and(|value| value > 0.0));
    }
    assert!(shown >= 2, "{shown} tiles show something");
    let accepted =
        board.sections.iter().flat_map(|section| &section.tiles).find(|gauge| gauge.shown.key == "S160.demands_accepted").unwrap();
    assert_eq!((accepted.shown.value, accepted.before, accepted.change), (Some(1.0), Some(1.0), Some(0.0)));
    for (place, column) in board.columns.iter().enumerate().filter(|(_, column)| column.unit != "%") {
        let rows = town.breakdown(&column.key, board.period, &[By::Organ], &everything).unwrap();
        let sum: f64 = board.organs.iter().filter_map(|row| row.values[place]).sum();
        assert_eq!(sum, rows.iter().map(|row| row.amount as f64).sum::<f64>(), "{}", column.key);
    }
    let map = board.map.unwrap();
    assert_eq!((map.key.as_str(), map.total, map.nowhere), ("S160.demands_accepted", 1, 0));
    let tiles: Vec<_> = map.places.iter().map(|place| (place.id.as_str(), place.amount, place.at)).collect();
    assert_eq!(tiles, [("qicun", 1, Some((1, 2))), ("xiurong", 0, Some((2, 1)))]);
    let open =
        town.list(&leader, Listing { filter: CaseFilter { open: Some(true), ..CaseFilter::default() }, limit: 1, ..Listing::default() });
    assert_eq!(open.unwrap().1 as i64, board.standing.open);
    assert_eq!(board.states.iter().map(|state| state.open).sum::<i64>(), board.standing.open);
    assert_eq!(board.organs.iter().map(|row| row.late).sum::<i64>(), board.standing.late);
}
