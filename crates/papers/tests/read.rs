//! Documents that others made come in as what they say, and nothing that is sent takes the program with it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod reports;

use engine::audit::{Outcome, audit};
use papers::read::{Count, Kind, Table, Unreadable, rows, text};
use papers::{Error, docx, pdf};
use reports::workbook;

fn texts(table: &Table) -> Vec<(u32, Vec<(&str, &str)>)> {
    table.rows.iter().map(|row| (row.number, row.cells.iter().map(|cell| (cell.address.as_str(), cell.text.as_str())).collect())).collect()
}

#[test]
fn a_workbook_and_a_csv_file_read_as_rows_with_addresses() {
    let table = rows("x", &workbook(reports::ROWS)).unwrap();
    assert_eq!((table.sheet.as_str(), table.header.as_slice()), ("台账", ["案由", "罚款", "立案日"].map(String::from).as_slice()));
    assert_eq!(
        texts(&table),
        [
            (4, vec![("A4", "未按规定明码标价"), ("B4", "120000"), ("C4", "2024-03-01")]),
            (6, vec![("A6", ""), ("B6", "0.3"), ("C6", "12:00:00")]),
            (7, vec![("A7", "审结率"), ("B7", "0.9478")]),
        ]
    );
    let said = "案由;罚款\n\"未按规定；\n明码标价\";120000\n\n无照经营;5,000\n";
    for bytes in [said.as_bytes().to_vec(), encoding_rs::GB18030.encode(said).0.into_owned(), format!("\u{feff}{said}").into_bytes()] {
        let table = rows("台账.csv", &bytes).unwrap();
        assert_eq!(table.header, ["案由", "罚款"]);
        assert_eq!(
            texts(&table),
            [(2, vec![("A2", "未按规定；\n明码标价"), ("B2", "120000")]), (4, vec![("A4", "无照经营"), ("B4", "5,000")])]
        );
    }
    assert_eq!(rows("x.csv", "名称\n甲\n乙\n".as_bytes()).unwrap().rows.len(), 2, "a list of one column has a head too");
}

#[test]
fn what_is_no_table_says_what_to_do() {
    let old = [&[0xd0, 0xcf, 0x11, 0xe0][..], &"Workbook".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()].concat();
    for (bytes, kind) in [(old, Kind::OldWorkbook), (b"%PDF-1.7 ...".to_vec(), Kind::Pdf), (b"\x89PNG\r\n".to_vec(), Kind::Image)] {
        let error = rows("x", &bytes).unwrap_err();
        assert_eq!(error, Unreadable::NotATable(kind));
        assert!(error.chinese().contains("请") && error.english().contains("give"), "{error}");
    }
    assert_eq!(rows("x.csv", b" \r\n"), Err(Unreadable::Empty));
    assert!(matches!(rows("x.xlsx", b"PK\x03\x04 and nothing more"), Err(Unreadable::Broken { .. })));
}

#[test]
fn a_hostile_workbook_takes_no_room() {
    // The rectangle of two cells in the corners is 17 thousand million cells.
    let corners = workbook("<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>2</v></c></row>");
    assert_eq!(rows("x", &corners), Err(Unreadable::TooMuch { what: Count::Columns, most: 1024 }));
    let wide = format!("名称{}", ",".repeat(1_000_000));
    assert_eq!(rows("x.csv", format!("{wide}a\n").as_bytes()), Err(Unreadable::TooMuch { what: Count::Columns, most: 1024 }));
    let bomb = workbook(&" ".repeat(80 << 20));
    assert!(bomb.len() < 2 << 20, "{}", bomb.len());
    assert!(matches!(rows("x", &bomb), Err(Unreadable::Expands { .. })));
    let deep = workbook(&format!("<row r=\"1\"><c r=\"A1\">{}", "<v>".repeat(300_000)));
    assert!(matches!(rows("x", &deep), Err(Unreadable::Broken { .. })));
}

/// What a reader finds of the report must be what is in it, whatever it was packed in.
fn says_the_report(form: &str, read: &str) {
    let bare = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
    let whole = bare(read);
    for paragraph in reports::PARAGRAPHS {
        assert!(whole.contains(&bare(paragraph)), "{form} lost `{paragraph}`:\n{read}");
        assert!(read.lines().any(|line| bare(line).contains(&bare(paragraph))), "{form} broke `{paragraph}` into lines:\n{read}");
    }
    let found: Vec<f64> = audit(read).figures.iter().map(|figure| figure.value).collect();
    for wanted in audit(&reports::text()).figures {
        assert!(found.contains(&wanted.value), "{form}: {} is not found", wanted.value);
    }
    assert!(
        audit(read).checks.iter().any(|check| check.result == Outcome::Holds && check.stated == 98.0),
        "{form}: 61+9+28=98 is not checked"
    );
}

#[test]
fn a_report_reads_the_same_in_every_form() {
    let said = reports::text();
    says_the_report("text", &text("report.txt", said.as_bytes()).unwrap());
    says_the_report("GB 18030", &text("report.txt", &encoding_rs::GB18030.encode(&said).0).unwrap());
    says_the_report("HTML", &text("report", reports::html("utf-8").as_bytes()).unwrap());
    says_the_report("HTML in GBK", &text("report", &encoding_rs::GB18030.encode(&reports::html("gb2312")).0).unwrap());
    says_the_report("DOCX", &text("report", &docx::write(&reports::paper()).unwrap()).unwrap());
    match pdf::write(&reports::paper()) {
        Err(Error::NoFont) => println!("no Chinese font on this machine: no PDF is read"),
        made => {
            let read = text("report", &made.unwrap()).unwrap();
            says_the_report("PDF", &read);
            assert!(read.contains("行政复议\t115"), "cells are parted: {read}");
        }
    }
}

#[test]
fn a_document_reads_as_it_stands_after_its_changes() {
    let read = text("x", &reports::word()).unwrap();
    assert_eq!(read, "收到申请115件，受理109件。\n项目\t件数\n维持\t61\nA & B 件 \n不含镇级受理的7件。\n");
    let read = text("x", &workbook(reports::ROWS)).unwrap();
    assert!(read.contains("未按规定明码标价\t120000\t2024-03-01") && read.contains("审结率\t94.78%"), "{read}");
}

#[test]
fn a_pdf_with_an_old_chinese_encoding_reads() {
    let lines = [
        "　　2024年收到行政复议申请115件，受理109件，受理率为94.7",
        "8%；审结98件，其中维持61件、撤销9件、终止28件，没有一件",
        "逾期。",
        "　　二、另起一段。",
    ];
    let read = text("x", &reports::plain_pdf(&reports::drawn(&lines))).unwrap();
    assert_eq!(
        read,
        "　　2024年收到行政复议申请115件，受理109件，受理率为94.78%；审结98件，其中维持61件、撤销9件、终止28件，没有一件逾期。\n　　二、另起一段。\n"
    );
}

#[test]
fn what_cannot_be_read_says_why_and_what_to_do() {
    let wide =
        |name: &str| -> Vec<u8> { [0xd0, 0xcf, 0x11, 0xe0].into_iter().chain(name.encode_utf16().flat_map(u16::to_le_bytes)).collect() };
    let archive = reports::package(&[("报告.txt".to_owned(), b"1".to_vec())]);
    let ofd = reports::package(&[("OFD.xml".to_owned(), b"<x/>".to_vec())]);
    let locked = String::from_utf8_lossy(&reports::plain_pdf(b"")).replace("/Root 1 0 R", "/Root 1 0 R /ID [<00><00>] /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A> /U <28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A> >>");
    for (bytes, error) in [
        (Vec::new(), Unreadable::Empty),
        (b"\n \n".to_vec(), Unreadable::Empty),
        (wide("WordDocument"), Unreadable::NotAReport(Kind::OldDocument)),
        (wide("EncryptedPackage"), Unreadable::Locked),
        (b"\xff\xd8\xff\xe0 JFIF".to_vec(), Unreadable::NotAReport(Kind::Image)),
        (b"{\\rtf1 }".to_vec(), Unreadable::NotAReport(Kind::Rtf)),
        (archive, Unreadable::NotAReport(Kind::Archive)),
        (ofd, Unreadable::NotAReport(Kind::Ofd)),
        (reports::plain_pdf(b"q 595 0 0 842 0 0 cm /Im0 Do Q"), Unreadable::Scanned),
        (locked.into_bytes(), Unreadable::Locked),
    ] {
        let said = text("report", &bytes).unwrap_err();
        assert_eq!(said, error);
        assert!(said.chinese().chars().count() > 12 && said.english().len() > 30, "{said}");
    }
}

#[test]
fn a_hostile_document_takes_no_room_and_no_time() {
    let xml = |body: String| reports::package(&[("word/document.xml".to_owned(), body.into_bytes())]);
    let deep = xml(format!("<w:document>{}<w:t>1件</w:t>", "<w:p>".repeat(400_000)));
    assert!(text("x", &deep).is_ok_and(|read| read.contains("1件")));
    let bomb = {
        let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        writer.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
        let block = vec![b' '; 1 << 20];
        for _ in 0..200 {
            std::io::Write::write_all(&mut writer, &block).unwrap();
        }
        writer.finish().unwrap().into_inner()
    };
    assert!(bomb.len() < 1 << 20 && matches!(text("x", &bomb), Err(Unreadable::Expands { .. })));
    // A form that draws itself twice, twelve deep, and a page that asks for a font of four thousand million widths.
    let loops = b"q BT /F1 12 Tf <B1A8> Tj ET Q ".repeat(50_000);
    assert!(text("x", &reports::plain_pdf(&loops)).is_ok());
    let widths = String::from_utf8_lossy(&reports::plain_pdf(b"BT /F1 12 Tf (1 of 2) Tj ET")).replace("/DW 1000", "/W [0 4294967295 500]");
    assert!(text("x", widths.as_bytes()).is_ok());
    let long = "全年办理案件1件，".repeat(60_000);
    assert_eq!(text("x", long.as_bytes()), Err(Unreadable::TooMuch { what: Count::Letters, most: 500_000 }));
}
