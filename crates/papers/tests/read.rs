//! Documents that others made come in as what they say, and nothing that is sent takes the program with it.

use std::io::Write;

use papers::read::{Count, Kind, Table, Unreadable, rows};
use zip::write::SimpleFileOptions;

/// A package of these parts.
fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A workbook of one sheet with these rows in XML; style 1 is a day, style 2 a time.
fn workbook(sheet: &str) -> Vec<u8> {
    let relation = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" Target=\"{target}\"/>")
    };
    let relations = |of: &[String]| format!("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{}</Relationships>", of.concat());
    const MAIN: &str = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
    package(&[
        ("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"),
        ("_rels/.rels", &relations(&[relation("r1", "officeDocument", "xl/workbook.xml")])),
        ("xl/workbook.xml", &format!("<workbook {MAIN}><sheets><sheet name=\"台账\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>")),
        ("xl/_rels/workbook.xml.rels", &relations(&[relation("r1", "worksheet", "worksheets/sheet1.xml"), relation("r2", "styles", "styles.xml")])),
        ("xl/styles.xml", &format!("<styleSheet {MAIN}><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"21\"/></cellXfs></styleSheet>")),
        ("xl/worksheets/sheet1.xml", &format!("<worksheet {MAIN}><sheetData>{sheet}</sheetData></worksheet>")),
    ])
}

const SHEET: &str = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>行政处罚台账</t></is></c></row>\
    <row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t>案由</t></is></c><c r=\"B3\" t=\"inlineStr\"><is><t> 罚款 </t></is></c><c r=\"C3\" t=\"inlineStr\"><is><t>立案日</t></is></c></row>\
    <row r=\"4\"><c r=\"A4\" t=\"inlineStr\"><is><t>未按规定明码标价</t></is></c><c r=\"B4\"><v>120000</v></c><c r=\"C4\" s=\"1\"><v>45352</v></c></row>\
    <row r=\"6\"><c r=\"B6\"><v>0.30000000000000004</v></c><c r=\"C6\" s=\"2\"><v>0.5</v></c></row>";

fn texts(table: &Table) -> Vec<(u32, Vec<(&str, &str)>)> {
    table.rows.iter().map(|row| (row.number, row.cells.iter().map(|cell| (cell.address.as_str(), cell.text.as_str())).collect())).collect()
}

#[test]
fn a_workbook_and_a_csv_file_read_as_rows_with_addresses() {
    let table = rows("x", &workbook(SHEET)).unwrap();
    assert_eq!((table.sheet.as_str(), table.header.as_slice()), ("台账", ["案由", "罚款", "立案日"].map(String::from).as_slice()));
    assert_eq!(
        texts(&table),
        [
            (4, vec![("A4", "未按规定明码标价"), ("B4", "120000"), ("C4", "2024-03-01")]),
            (6, vec![("A6", ""), ("B6", "0.3"), ("C6", "12:00:00")]),
        ]
    );
    let said = "案由;罚款\n\"未按规定；\n明码标价\";120000\n\n无照经营;5,000\n";
    for bytes in [said.as_bytes().to_vec(), encoding_rs::GB18030.encode(said).0.into_owned(), format!("\u{feff}{said}").into_bytes()] {
        let table = rows("台账.csv", &bytes).unwrap();
        assert_eq!(table.header, ["案由", "罚款"]);
        assert_eq!(
            texts(&table),
            [(2, vec![("A2", "未按规定；\n明码标价"), ("B2", "120000")]), (5, vec![("A5", "无照经营"), ("B5", "5,000")])]
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
