//! Decodes plain text as it is found in China: UTF-8, UTF-16, GB 18030, Big5, with and without a mark at the head.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use super::unreadable::{Kind, Unreadable};

/// One in so many characters may be broken before the encoding is doubted.
const BROKEN: usize = 20;

/// The text of the bytes, character for character, without a mark at the head.
///
/// Errors: `Empty`; `NotAReport(Other)` for bytes that are no text in any of these.
pub fn decode(bytes: &[u8]) -> Result<String, Unreadable> {
    decode_as(bytes, None)
}

/// The same with an encoding that the document itself names, tried before guessing.
pub fn decode_as(bytes: &[u8], named: Option<&'static Encoding>) -> Result<String, Unreadable> {
    let text = letters(bytes, named);
    let odd = text.chars().filter(|letter| letter.is_control() && !letter.is_whitespace()).count();
    let lost = text.chars().filter(|letter| *letter == '\u{fffd}').count();
    let all = text.chars().count();
    if all == 0 || text.trim().is_empty() {
        return Err(Unreadable::Empty);
    }
    // Reports carry a stray sign here and there; data is full of them.
    if odd > 4 && odd > all / 50 || lost > 4 && lost > all / 4 {
        return Err(Unreadable::NotAReport(Kind::Other));
    }
    Ok(lines(text))
}

fn letters(bytes: &[u8], named: Option<&'static Encoding>) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default()).0.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && !text.contains('\0')
    {
        return text.to_owned();
    }
    if let Some(encoding) = wide(bytes) {
        return encoding.decode_without_bom_handling(bytes).0.into_owned();
    }
    if nearly_utf8(bytes) {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    if let Some(text) = named.and_then(|encoding| whole(encoding, bytes)) {
        return text;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(Some(b"cn"), Utf8Detection::Allow);
    // GB 18030 holds all of GBK. What decodes whole as Chinese is Chinese, whatever else it could be.
    let tries = if guess == BIG5 { [BIG5, GB18030] } else { [GB18030, BIG5] };
    for encoding in tries {
        if let Some(text) = whole(encoding, bytes) {
            return text;
        }
    }
    let last = if guess == GBK || guess == UTF_8 { GB18030 } else { guess };
    last.decode_without_bom_handling(bytes).0.into_owned()
}

/// Decoded with hardly a broken character.
fn whole(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let broken = text.chars().filter(|letter| matches!(letter, '\u{fffd}' | '\u{e000}'..='\u{f8ff}')).count();
    let foreign = text.chars().filter(|letter| !letter.is_ascii()).count();
    (broken * BROKEN <= foreign).then(|| text.into_owned())
}

/// UTF-8 that lost a byte here and there: broken by a cut, or by a program that counted bytes.
fn nearly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > 0 && bad * BROKEN <= good.max(BROKEN)
}

/// UTF-16 without a mark: ASCII signs and line ends show as a nought in every other byte.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = bytes.get(..4096).unwrap_or(bytes);
    let noughts = |from: usize| sample.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (noughts(0), noughts(1));
    match (even, odd) {
        (0, 0) => None,
        (even, odd) if odd > even * 8 => Some(UTF_16LE),
        (even, odd) if even > odd * 8 => Some(UTF_16BE),
        _ => None,
    }
}

/// A `\r` that ends a line alone becomes `\n`. One before a `\n` stays: places in the text are places in the file.
fn lines(text: String) -> String {
    if !text.contains('\r') {
        return text;
    }
    let mut letters = text.chars().peekable();
    let mut out = String::with_capacity(text.len());
    while let Some(letter) = letters.next() {
        out.push(if letter == '\r' && letters.peek() != Some(&'\n') { '\n' } else { letter });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "2022年，全区共办理行政复议案件115件，审结109件，审结率94.78%。\n其中：维持87件，撤销22件。\n";
    const SAID_IN_FULL: &str = "2022年，全區共辦理行政復議案件115件，審結109件，審結率94.78%。\n其中：維持87件，撤銷22件。\n";

    #[test]
    fn every_encoding_of_the_field_reads_the_same() {
        let utf16 = |text: &str, big: bool, mark: bool| -> Vec<u8> {
            let head = mark.then_some('\u{feff}');
            let units = head.into_iter().chain(text.chars()).flat_map(|c| c.encode_utf16(&mut [0; 2]).to_vec()).collect::<Vec<u16>>();
            units.into_iter().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        for (name, bytes, said) in [
            ("UTF-8", SAID.as_bytes().to_vec(), SAID),
            ("UTF-8 with a mark", format!("\u{feff}{SAID}").into_bytes(), SAID),
            ("UTF-16LE", utf16(SAID, false, true), SAID),
            ("UTF-16BE", utf16(SAID, true, true), SAID),
            ("UTF-16LE without a mark", utf16(SAID, false, false), SAID),
            ("UTF-16BE without a mark", utf16(SAID, true, false), SAID),
            ("GB 18030", GB18030.encode(SAID).0.into_owned(), SAID),
            ("Big5", BIG5.encode(SAID_IN_FULL).0.into_owned(), SAID_IN_FULL),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Ok(said), "{name}");
        }
    }

    #[test]
    fn a_text_that_lost_a_byte_still_reads() {
        let mut bytes = SAID.repeat(4).into_bytes();
        bytes.remove(40);
        let read = decode(&bytes).unwrap();
        assert!(read.contains("审结率94.78%") && read.matches("撤销22件").count() == 4, "{read}");
    }

    #[test]
    fn lines_end_where_they_ended() {
        assert_eq!(decode("一\r\n二\r三\n".as_bytes()).as_deref(), Ok("一\r\n二\n三\n"));
    }

    #[test]
    fn data_is_not_text() {
        let noise: Vec<u8> = (0..4000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
        assert!(decode(&noise).is_err());
        assert_eq!(decode(b" \n"), Err(Unreadable::Empty));
    }
}
