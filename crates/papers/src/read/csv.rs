//! Reads CSV: whichever sign parts the cells.

use super::unreadable::Unreadable;
use super::{Builder, LONGEST_CELL, Table};

/// The sign that parts the cells: the one that stands most often in the first lines, outside quotes.
fn delimiter(text: &str) -> u8 {
    const SIGNS: [u8; 4] = [b',', b'\t', b';', b'|'];
    let mut counts = [0usize; 4];
    let mut quoted = false;
    let mut lines = 0;
    for byte in text.bytes().take(64 << 10) {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                lines += 1;
                if lines == 10 {
                    break;
                }
            }
            _ if !quoted => {
                if let Some(count) = SIGNS.iter().position(|sign| *sign == byte).and_then(|place| counts.get_mut(place)) {
                    *count += 1;
                }
            }
            _ => {}
        }
    }
    let best = counts.iter().max().copied().unwrap_or(0);
    SIGNS.into_iter().zip(counts).find(|(_, count)| *count == best).map_or(b',', |(sign, _)| sign)
}

/// The rows of a CSV text. A row is one record, as a sheet would show it, also where a cell runs over several lines.
pub fn rows(name: &str, text: &str) -> Result<Table, Unreadable> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter(text)).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut builder = Builder::new(name.to_owned());
    let mut record = csv::StringRecord::new();
    let mut number = 0u32;
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => return Err(Unreadable::broken("工作簿", error)),
        }
        // Empty lines are passed over by the reader; a sheet counts them.
        let from = record.position().and_then(|place| usize::try_from(place.byte()).ok()).unwrap_or(0);
        let before = text.as_bytes().get(from..).unwrap_or_default();
        let empty = before.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).filter(|byte| **byte == b'\n').count();
        // The reader ends a line at the first sign of CR LF: the second is no empty line.
        let half = from > 0 && text.as_bytes().get(from - 1) == Some(&b'\r') && text.as_bytes().get(from) == Some(&b'\n');
        let empty = empty.saturating_sub(usize::from(half));
        number = number.saturating_add(u32::try_from(empty).unwrap_or(0));
        builder.push(number, record.iter().map(|cell| cell.trim().chars().take(LONGEST_CELL).collect()).collect())?;
        number = number.saturating_add(1);
    }
    Ok(builder.finish())
}
