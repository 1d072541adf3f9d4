//! A report as districts publish it, in every form in which they publish it.

#![allow(dead_code)]

use std::io::{Read, Write};

use papers::{Block, Paper};
use zip::write::SimpleFileOptions;

/// Paragraphs of a report: sums, rates, changes, hedges, things that only look like counts.
pub const PARAGRAPHS: [&str; 7] = [
    "2024年，全区法治政府建设工作在区委、区政府领导下稳步推进，现将有关情况报告如下。",
    "一、深化“放管服”改革。全年受理政务服务事项12.6万件，办结125874件，按时办结率99.9%；“好差评”系统收到评价3162条，其中好评3155条、差评7条。梳理权责事项1086项，其中行政许可214项、行政处罚602项、其他权力270项。",
    "二、健全依法决策机制。审查重大行政决策36件、规范性文件18件、合同协议205份，提出意见470余条。开展法治讲座23场次，培训工作人员近2000人次。",
    "三、严格规范公正文明执法。全区行政执法人员1347人，持证率100%。办理行政处罚案件2318件，罚没款约468.5万元，比上年2107件增长10.01%。",
    "四、化解矛盾纠纷。收到行政复议申请115件，受理109件，受理率94.78%；审结98件，其中维持61件、撤销9件、终止28件。各类调解组织调解纠纷五千八百余件，成功率达九成以上。",
    "五、强化监督。办理人大代表建议47件、政协提案63件，满意率均为百分之百。督察发现问题31个，已整改29个。",
    "六、存在的不足。三分之一的乡镇法制力量不足，下一步将认真落实《法治政府建设实施纲要（2021-2025年）》。",
];

pub fn text() -> String {
    let mut text = PARAGRAPHS.join("\n");
    text.push('\n');
    text
}

pub fn paper() -> Paper {
    Paper {
        organ: "忻府区人民政府".into(),
        title: "忻府区2024年度法治政府建设情况报告".into(),
        number: Some("忻政〔2025〕3号".into()),
        addressee: Some("忻州市人民政府".into()),
        blocks: PARAGRAPHS
            .iter()
            .map(|text| Block::Paragraph((*text).to_owned()))
            .chain([Block::Table(papers::Table {
                caption: "附表".into(),
                head: vec!["项目".into(), "件数".into()],
                rows: vec![vec!["行政复议".into(), "115".into()], vec!["行政应诉".into(), "42".into()]],
            })])
            .collect(),
        signed_by: "忻府区人民政府".into(),
        date: "2025年2月20日".into(),
        verify: None,
    }
}

pub fn html(charset: &str) -> String {
    let body: String = PARAGRAPHS.iter().map(|text| format!("<p style=\"text-indent:2em\">{text}</p>\n")).collect();
    format!(
        "<!DOCTYPE html><html><head><meta charset=\"{charset}\"><title>法治政府建设年度报告</title><style>p{{}}</style></head><body>\
        <nav><ul><li><a href=\"/\">首页</a></li></ul></nav><h1>年度报告</h1>{body}\
        <table><tr><th>项目</th><th>件数</th></tr><tr><td>行政复议</td><td>115</td></tr></table><script>var hits=3162;</script></body></html>"
    )
}

/// A package of these parts.
pub fn package(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    // Deflate at its lowest level: this is packed ten thousand times.
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in parts {
        if writer.start_file(name.as_str(), options).is_ok() {
            writer.write_all(content).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

/// The parts of a package.
pub fn parts(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut part = archive.by_index(index).unwrap();
            let mut content = Vec::new();
            part.read_to_end(&mut content).unwrap();
            (part.name().unwrap().into_owned(), content)
        })
        .collect()
}

fn relation(id: &str, kind: &str, target: &str) -> String {
    format!(
        "<Relationship Id=\"{id}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" Target=\"{target}\"/>"
    )
}

fn relations(of: &[String]) -> Vec<u8> {
    format!("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{}</Relationships>", of.concat())
        .into_bytes()
}

fn part(name: &str, content: impl Into<Vec<u8>>) -> (String, Vec<u8>) {
    (name.to_owned(), content.into())
}

const TYPES: &str = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>";

/// A workbook of one sheet with these rows in XML; style 1 is a day, style 2 a time, style 3 a rate.
pub fn workbook(rows: &str) -> Vec<u8> {
    const MAIN: &str = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in [
        part("[Content_Types].xml", TYPES),
        part("_rels/.rels", relations(&[relation("r1", "officeDocument", "xl/workbook.xml")])),
        part("xl/workbook.xml", format!("<workbook {MAIN}><sheets><sheet name=\"台账\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>")),
        part(
            "xl/_rels/workbook.xml.rels",
            relations(&[
                relation("r1", "worksheet", "worksheets/sheet1.xml"),
                relation("r2", "styles", "styles.xml"),
                relation("r3", "sharedStrings", "sharedStrings.xml"),
            ]),
        ),
        part(
            "xl/styles.xml",
            format!(
                "<styleSheet {MAIN}><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"21\"/><xf numFmtId=\"10\"/></cellXfs></styleSheet>"
            ),
        ),
        part(
            "xl/sharedStrings.xml",
            format!(
                "<sst {MAIN} count=\"2\" uniqueCount=\"2\"><si><t>行政复议申请</t></si><si><r><t>审结</t></r><r><t>率</t></r></si></sst>"
            ),
        ),
        part("xl/worksheets/sheet1.xml", format!("<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>")),
    ] {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(&content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub const ROWS: &str = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>行政处罚台账</t></is></c></row>\
    <row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t>案由</t></is></c><c r=\"B3\" t=\"inlineStr\"><is><t> 罚款 </t></is></c><c r=\"C3\" t=\"inlineStr\"><is><t>立案日</t></is></c></row>\
    <row r=\"4\"><c r=\"A4\" t=\"inlineStr\"><is><t>未按规定明码标价</t></is></c><c r=\"B4\"><v>120000</v></c><c r=\"C4\" s=\"1\"><v>45352</v></c></row>\
    <row r=\"6\"><c r=\"B6\"><v>0.30000000000000004</v></c><c r=\"C6\" s=\"2\"><v>0.5</v></c></row>\
    <row r=\"7\"><c r=\"A7\" t=\"s\"><v>1</v></c><c r=\"B7\" s=\"3\"><v>0.9478</v></c></row>";

/// A DOCX with what Word leaves in a document: runs cut in two, a deletion, an insertion, a table, a footnote, a hidden run.
pub fn word() -> Vec<u8> {
    const MAIN: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";
    let body = "<w:p><w:r><w:t>收到申请1</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>15件</w:t></w:r><w:del w:id=\"1\"><w:r><w:delText>旧</w:delText><w:t>120件</w:t></w:r></w:del>\
        <w:ins w:id=\"2\"><w:r><w:t>，受理109件</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>幸运28论坛</w:t></w:r><w:r><w:t>。</w:t><w:footnoteReference w:id=\"2\"/></w:r></w:p>\
        <w:tbl><w:tr><w:tc><w:p><w:r><w:t>项目</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>件数</w:t></w:r></w:p></w:tc></w:tr>\
        <w:tr><w:tc><w:p><w:r><w:t>维持</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>61</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
        <w:p><w:r><w:t xml:space=\"preserve\">A &amp; B &#20214; </w:t></w:r></w:p>";
    package(&[
        part("[Content_Types].xml", TYPES),
        part("_rels/.rels", relations(&[relation("r1", "officeDocument", "word/document2.xml")])),
        part(
            "word/document2.xml",
            format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document {MAIN}><w:body>{body}</w:body></w:document>"),
        ),
        part(
            "word/footnotes.xml",
            format!(
                "<w:footnotes {MAIN}><w:footnote w:id=\"2\"><w:p><w:r><w:t>不含镇级受理的7件。</w:t></w:r></w:p></w:footnote></w:footnotes>"
            ),
        ),
    ])
}

/// A PDF whose page draws these operators with a font of the encoding GBK-EUC-H, which has no table to Unicode; nothing in it is packed.
pub fn plain_pdf(operators: &[u8]) -> Vec<u8> {
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    let mut stream = format!("<< /Length {} >>\nstream\n", operators.len()).into_bytes();
    stream.extend(operators);
    stream.extend(b"\nendstream");
    let objects: [Vec<u8>; 6] = [
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_vec(),
        stream,
        b"<< /Type /Font /Subtype /Type0 /BaseFont /SimSun /Encoding /GBK-EUC-H /DescendantFonts [6 0 R] >>".to_vec(),
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /SimSun /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 >>".to_vec(),
    ];
    for (number, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n", number + 1).bytes());
        out.extend(object);
        out.extend(b"\nendobj\n");
    }
    let xref = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).bytes());
    for place in places {
        out.extend(format!("{place:010} 00000 n \n").bytes());
    }
    out.extend(format!("trailer\n<< /Size 7 /Root 1 0 R >>\nstartxref\n{xref}\n%%EOF\n").bytes());
    out
}

/// Draws lines of text as an office program does.
pub fn drawn(lines: &[&str]) -> Vec<u8> {
    let mut out = b"BT /F1 16 Tf 28 TL 70 760 Td\n".to_vec();
    for line in lines {
        out.push(b'<');
        for byte in encoding_rs::GB18030.encode(line).0.iter() {
            out.extend(format!("{byte:02X}").bytes());
        }
        out.extend(b"> Tj T*\n");
    }
    out.extend(b"ET");
    out
}
