//! The relations of the report audit on sentences made from known counts: a true sentence is never accused, a
//! sentence with one number changed always is, and the script it is written in makes no difference.

use engine::audit::{Audit, Kind, Outcome, audit};

/// A small generator of numbers, so that every run reads the same sentences.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, from: u64, to: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        from + (self.0 >> 33) % (to - from + 1)
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.roll(0, words.len() as u64 - 1) as usize]
    }
}

/// `part` of `whole` in per cent with `places` decimals, rounded or cut off.
fn rate(part: u64, whole: u64, places: u32, cut: bool) -> String {
    let scale = 10u64.pow(places) * 100;
    let exact = part * scale;
    let value = if cut { exact / whole } else { (exact * 2 + whole) / (whole * 2) };
    decimal(value, places)
}

fn decimal(value: u64, places: u32) -> String {
    let unit = 10u64.pow(places);
    if places == 0 { value.to_string() } else { format!("{}.{:0width$}", value / unit, value % unit, width = places as usize) }
}

/// A count in 万 with two decimals, rounded.
fn wan(value: u64) -> String {
    format!("{}万", decimal((value + 50) / 100, 2))
}

/// Between 2 and 5 parts and their sum.
fn split(dice: &mut Dice, count: usize) -> (Vec<u64>, u64) {
    let parts: Vec<u64> = (0..count).map(|_| dice.roll(5, 900)).collect();
    let sum = parts.iter().sum();
    (parts, sum)
}

fn fails(audit: &Audit) -> bool {
    audit.checks.iter().any(|c| c.result == Outcome::Fails)
}

fn has(audit: &Audit, kind: Kind, outcomes: &[Outcome]) -> bool {
    audit.checks.iter().any(|c| c.kind == kind && outcomes.contains(&c.result))
}

const TRUE: &[Outcome] = &[Outcome::Holds, Outcome::HoldsAsTruncation];

/// A true sentence, and the kind of check that must hold in it, if any.
fn true_sentence(dice: &mut Dice) -> (String, Option<Kind>) {
    let places = dice.roll(0, 2) as u32;
    match dice.roll(0, 23) {
        0 => {
            let (p, sum) = split(dice, 4);
            let comma = dice.pick(&["、", ","]);
            (
                format!("全年审结案件{sum}件,其中维持{}件{comma}驳回{}件{comma}撤销{}件{comma}其他{}件。", p[0], p[1], p[2], p[3]),
                Some(Kind::Sum),
            )
        }
        1 => {
            // some outcomes are left unsaid
            let (p, sum) = split(dice, 4);
            (format!("全年审结案件{sum}件,其中维持{}件、驳回{}件、终止{}件。", p[0], p[1], p[2]), None)
        }
        2 => {
            // marks that overlap
            let whole = dice.roll(100, 900);
            let (a, b) = (dice.roll(1, whole), dice.roll(1, whole));
            (format!("聘请法律顾问{whole}名,其中{}{a}名、女性{b}名。", dice.pick(&["党员", "律师", "高级职称", "专职"])), None)
        }
        3 => {
            let whole = dice.roll(50, 3000);
            let part = dice.roll(1, whole);
            let cut = dice.roll(0, 3) == 0;
            (format!("共排查矛盾纠纷{whole}件,化解{part}件,化解率{}%。", rate(part, whole, places, cut)), Some(Kind::Rate))
        }
        4 => {
            // the rate of an older stock that the text does not state
            let (new, old) = (dice.roll(50, 900), dice.roll(1, 60));
            let done = dice.roll(1, new);
            (format!("新收行政复议案件{new}件,审结{done}件,结案率{}%。", rate(done, new + old, places, false)), None)
        }
        5 => {
            let received = dice.roll(60, 900);
            let closed = dice.roll(40, received);
            let lost = dice.roll(0, closed / 3);
            (format!("办理行政应诉案件{received}件,败诉{lost}件,败诉率{}%。", rate(lost, closed, places, false)), None)
        }
        6 => {
            let last = dice.roll(40, 2000);
            let now = dice.roll(last + 1, last * 2);
            (format!("共接报警情{now}起,同比{}{}%。", dice.pick(&["增长", "上升"]), rate(now - last, last, places, false)), None)
        }
        7 => {
            let last = dice.roll(100, 2000);
            let now = dice.roll(last / 2, last);
            (format!("立案数由{last}起下降到{now}起,下降{}%。", rate(last - now, last, places, false)), Some(Kind::Change))
        }
        8 => {
            // both ends rounded, the change worked out from the true counts
            let last = dice.roll(30_000, 300_000);
            let now = dice.roll(last / 2, last);
            (format!("立案数从{}起下降至{}起,降幅{}%。", wan(last), wan(now), rate(last - now, last, 1, false)), Some(Kind::Change))
        }
        9 => {
            let (a, b) = (dice.roll(20_000, 300_000), dice.roll(20_000, 300_000));
            (format!("受理诉求{}件,其中咨询类{}件、其他{}件。", wan(a + b), wan(a), wan(b)), Some(Kind::Sum))
        }
        10 => {
            let (a, b) = (dice.roll(20, 300), dice.roll(20, 300));
            let done = dice.roll((a + b) / 2, a + b);
            (format!("承办人大代表建议{a}件、政协委员提案{b}件,办结率{}%。", rate(done, a + b, 1, false)), None)
        }
        11 => {
            let (from, by) = (dice.roll(100, 600), dice.roll(10, 90));
            (format!("许可事项由{from}项精简至{}项,减少{by}项。", from - by), Some(Kind::Change))
        }
        12 => {
            let (from, by) = (dice.roll(500, 800), dice.roll(10, 150));
            let points = |v: u64| decimal(v, 1);
            (format!("网办率由{}%提高到{}%,提高{}个百分点。", points(from), points(from + by), points(by)), Some(Kind::Change))
        }
        13 => {
            let (a, b) = (dice.roll(3, 90), dice.roll(3, 90));
            (format!("共举办讲座{}场,分别为线上{a}场、线下{b}场。", a + b), Some(Kind::Sum))
        }
        14 => {
            let (a, b, c) = (dice.roll(20, 90), dice.roll(20, 90), dice.roll(2, 19));
            (format!("办理复议、应诉案件{a}件,分别较上年增加{b}件、{c}件。"), None)
        }
        15 => {
            let (p, sum) = split(dice, 3);
            (format!("民事{}件、刑事{}件、行政{}件,合计{sum}件。", p[0], p[1], p[2]), Some(Kind::Sum))
        }
        16 => {
            let (firms, answers, visits) = (dice.roll(5, 90), dice.roll(100, 900), dice.roll(91, 900));
            (format!("为{firms}家企业解答咨询{answers}次,走访企业{visits}家,其中规上企业{}家。", dice.roll(1, visits)), None)
        }
        17 => {
            // the count before the change is not what changed
            (format!("抓获嫌疑人{}名,破案数同比上升{}%。", dice.roll(3, 40), decimal(dice.roll(11, 999), 1)), None)
        }
        18 => {
            let (all, part) = (dice.roll(400, 900), dice.roll(20, 390));
            let tail = if dice.roll(0, 1) == 0 { "占" } else { "占比" };
            (format!("持证执法人员{all}人,其中法制审核人员{part}人,{tail}{}%。", rate(part, all, places, false)), Some(Kind::Rate))
        }
        19 => {
            // shares of a whole that is not stated
            let whole = dice.roll(600, 3000);
            let (a, b) = (dice.roll(100, 300), dice.roll(30, 99));
            (format!("复议案件涉及公安{a}件、占{}%,市场监管{b}件、占{}%。", rate(a, whole, 1, false), rate(b, whole, 1, false)), None)
        }
        20 => {
            let received = dice.roll(200, 9000);
            let due = dice.roll(received / 2, received);
            let timely = dice.roll(due / 2, due);
            (format!("受理诉求{received}件,办结{due}件,按期办结率{}%。", rate(timely, due, 2, false)), None)
        }
        21 => {
            let (p, sum) = split(dice, 3);
            (
                format!("收到申请{sum}件,受理{}件,不予受理{}件,其他处理{}件。", p[0] + 900, p[1], p[2])
                    .replace(&format!("申请{sum}件"), &format!("申请{}件", sum + 900)),
                Some(Kind::Sum),
            )
        }
        22 => {
            let (p, sum) = split(dice, 4);
            let wrong = p[1] + p[2];
            (
                format!(
                    "审结行政复议案件{sum}件,其中维持{}件、撤销{}件、责令履行{}件、终止{}件。直接纠错率{}%。",
                    p[0],
                    p[1],
                    p[2],
                    p[3],
                    rate(wrong, sum, 2, false)
                ),
                Some(Kind::Rate),
            )
        }
        _ => {
            let (last, now) = (dice.roll(50, 400), dice.roll(401, 900));
            let lead = dice.pick(&["去年同期", "上年同期", "上年"]);
            (format!("今年受理案件{now}件,{lead}{last}件,同比增长{}%。", rate(now - last, last, places, false)), Some(Kind::Change))
        }
    }
}

#[test]
fn a_true_sentence_is_never_accused() {
    let mut dice = Dice(7);
    for _ in 0..6_000 {
        let (text, kind) = true_sentence(&mut dice);
        let audit = audit(&text);
        assert!(!fails(&audit), "{text}\n{:#?}", audit.checks);
        if let Some(kind) = kind {
            assert!(has(&audit, kind, TRUE), "{text}\n{:#?}", audit.checks);
        }
    }
}

#[test]
fn true_sentences_beside_each_other_are_never_accused() {
    let mut dice = Dice(11);
    for _ in 0..1_500 {
        let organs = ["区司法局", "市场监管局", "区公安分局", "区人社局", "区住建局", "各镇街道"];
        let text: String = organs
            .iter()
            .take(dice.roll(2, 6) as usize)
            .map(|organ| {
                let sentence = true_sentence(&mut dice).0;
                let end = dice.pick(&["", "\n"]);
                format!("{organ}扎实推进依法行政。{sentence}{end}")
            })
            .collect();
        let audit = audit(&text);
        assert!(!fails(&audit), "{text}\n{:#?}", audit.checks.iter().filter(|c| c.result == Outcome::Fails).collect::<Vec<_>>());
    }
}

/// A sentence whose relation the text itself defines: the numbers, how it is written, and the kind of check.
type Written = (Vec<u64>, fn(&[u64]) -> String, Kind);

fn defined(dice: &mut Dice) -> Written {
    match dice.roll(0, 8) {
        0 => {
            let (mut p, sum) = split(dice, 4);
            p.push(sum);
            (p, |n| format!("全年审结案件{}件,其中维持{}件、驳回{}件、撤销{}件、其他{}件。", n[4], n[0], n[1], n[2], n[3]), Kind::Sum)
        }
        1 => {
            let (mut p, sum) = split(dice, 2);
            p.push(sum);
            (p, |n| format!("共划分网格{}个(其中农村网格{}个,社区网格{}个)。", n[2], n[0], n[1]), Kind::Sum)
        }
        2 => {
            let (mut p, sum) = split(dice, 3);
            p.push(sum);
            (p, |n| format!("民事{}件、刑事{}件、行政{}件,合计{}件。", n[0], n[1], n[2], n[3]), Kind::Sum)
        }
        3 => {
            let (mut p, sum) = split(dice, 2);
            p.push(sum);
            (p, |n| format!("共举办讲座{}场,分别为线上{}场、线下{}场。", n[2], n[0], n[1]), Kind::Sum)
        }
        4 => {
            let (mut p, sum) = split(dice, 4);
            p.push(sum);
            (p, |n| format!("梳理清单{}项,其中取消{}项,备案{}项,告知承诺{}项,优化{}项。", n[4], n[0], n[1], n[2], n[3]), Kind::Sum)
        }
        5 => {
            let whole = dice.roll(200, 900);
            let part = dice.roll(50, whole);
            // the rate in hundredths of a per cent
            let stated = (part * 20_000 + whole) / (whole * 2);
            (vec![whole, part, stated], |n| format!("收集问题{}个,办结{}个,办结率{}%。", n[0], n[1], decimal(n[2], 2)), Kind::Rate)
        }
        6 => {
            let (from, to) = (dice.roll(300, 600), dice.roll(100, 290));
            (vec![from, to, from - to], |n| format!("许可事项由{}项精简至{}项,减少{}项。", n[0], n[1], n[2]), Kind::Change)
        }
        7 => {
            let (from, to) = (dice.roll(300, 600), dice.roll(100, 290));
            let by = ((from - to) * 2_000 + from) / (from * 2);
            (vec![from, to, by], |n| format!("立案数由{}起下降到{}起,下降{}%。", n[0], n[1], decimal(n[2], 1)), Kind::Change)
        }
        _ => {
            let (from, by) = (dice.roll(500, 800), dice.roll(10, 150));
            (
                vec![from, from + by, by],
                |n| format!("网办率由{}%提高到{}%,提高{}个百分点。", decimal(n[0], 1), decimal(n[1], 1), decimal(n[2], 1)),
                Kind::Change,
            )
        }
    }
}

#[test]
fn one_changed_number_is_found() {
    let mut dice = Dice(23);
    for _ in 0..4_000 {
        let (numbers, write, kind) = defined(&mut dice);
        let text = write(&numbers);
        let clean = audit(&text);
        assert!(!fails(&clean) && has(&clean, kind, TRUE), "{text}\n{:#?}", clean.checks);
        let mut changed = numbers.clone();
        let at = dice.roll(0, changed.len() as u64 - 1) as usize;
        let by = dice.roll(3, 60);
        changed[at] = if dice.roll(0, 1) == 0 && changed[at] > by + 1 { changed[at] - by } else { changed[at] + by };
        let text = write(&changed);
        let found = audit(&text);
        assert!(has(&found, kind, &[Outcome::Fails]), "{text} (was {numbers:?})\n{:#?}", found.checks);
    }
}

/// The characters of the sentences above in traditional script.
fn traditional(text: &str) -> String {
    const PAIRS: &str = "审審结結证證维維驳駁销銷责責终終办辦执執专專问問题題项項网網农農区區个個线線讲講场場财財诉訴应應复復议議处處实實际際\
                         总總计計称稱数數户戶与與为為动動减減进進过過报報类類联聯级級规規范範访訪";
    let chars: Vec<char> = PAIRS.chars().filter(|c| !c.is_whitespace()).collect();
    text.chars().map(|c| chars.chunks(2).find(|p| p[0] == c).map_or(c, |p| p[1])).collect()
}

#[test]
fn both_scripts_give_the_same() {
    let mut dice = Dice(31);
    for _ in 0..1_500 {
        let (text, _) = true_sentence(&mut dice);
        let (plain, other) = (audit(&text), audit(&traditional(&text)));
        let figures = |a: &Audit| a.figures.iter().map(|f| (f.value.to_bits(), f.start, f.end, f.exactness)).collect::<Vec<_>>();
        let checks = |a: &Audit| a.checks.iter().map(|c| (c.kind, c.result, c.parts.clone())).collect::<Vec<_>>();
        assert_eq!(figures(&plain), figures(&other), "{text}");
        assert_eq!(checks(&plain), checks(&other), "{text}");
    }
}

#[test]
fn a_figure_stands_where_it_says() {
    let mut dice = Dice(43);
    for _ in 0..1_500 {
        let text = format!("　{}\u{200b}{}", true_sentence(&mut dice).0, true_sentence(&mut dice).0);
        let chars: Vec<char> = text.chars().collect();
        let first = audit(&text);
        for figure in &first.figures {
            let own: String = chars[figure.start..figure.end].iter().collect();
            assert!(figure.quote.contains(&own) && own.ends_with(&figure.unit), "{own} in {} of {text}", figure.quote);
        }
        assert_eq!(first, audit(&text));
    }
}
