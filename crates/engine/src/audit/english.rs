//! The arithmetic of a check in English: its one line is made of a few fixed phrases around numbers. What stands in Chinese quotation marks
//! is a quotation of the report and stays as it is.

/// A phrase and its English, in the order in which they are put in: a longer one before what it holds.
const PHRASES: [(&str, &str); 19] = [
    ("，口径未写明", ", on a basis that is not written"),
    ("截位后为 ", "cut off it is "),
    ("，四舍五入不成立", ", rounded it is not"),
    ("，与总数相符", ", which is the total"),
    ("，原文总数为", ", the total in the text is "),
    ("，存在整数解", ", which a whole number gives"),
    (" 的任何整数份都得不出 ", ": no whole number of it gives "),
    ("；最接近的是 ", "; the closest is "),
    ("原文未给出上年数；按 ", "the text does not give last year's number; by "),
    (" 推算约为 ", " it was about "),
    ("没有哪个上年整数能使 ", "no whole number of last year makes "),
    (" 的变化为 ", " a change of "),
    ("同一事项", "the same thing, "),
    ("前后两处分别为 ", ", is given as "),
    (" 和 ", " and "),
    ("共出现 ", " appears "),
    (" 处，数值一致", " times with one value"),
    ("，原文为 ", "; the text says "),
    ("，相符", ", which agrees"),
];

/// The line of a check, with everything that is not a quotation in English.
pub fn english(note: &str) -> String {
    let mut out = String::with_capacity(note.len() * 2);
    let mut rest = note;
    loop {
        let (plain, quoted) = rest.split_once('“').map_or((rest, None), |(plain, quoted)| (plain, Some(quoted)));
        let mut text = plain.to_owned();
        for (chinese, english) in PHRASES {
            text = text.replace(chinese, english);
        }
        out.push_str(&text);
        let Some(quoted) = quoted else { return out };
        let (inside, after) = quoted.split_once('”').unwrap_or((quoted, ""));
        out.push('“');
        out.push_str(inside);
        out.push('”');
        rest = after;
    }
}
