//! Papers come out in the form of GB/T 9704, the same bytes for the same paper, and nothing hostile breaks them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use papers::{Block, Error, Paper, Table, Verify, docx, pdf, qr};

fn sample() -> Paper {
    let reason = "经查，当事人于2026年8月18日在经营场所使用未经定期检验的电梯三台，违反了有关规定。上述事实有现场笔录、询问笔录、检验报告等证据证明，事实清楚，证据确凿。本机关于2026年9月29日告知当事人拟作出处罚的内容、事实、理由、依据和依法享有的陈述、申辩、要求听证的权利，当事人在期限内提出了陈述申辩，经复核，部分采纳。";
    Paper {
        organ: "忻府区市场监督管理局".into(),
        title: "行政处罚决定书".into(),
        number: Some("忻市监罚〔2026〕12号".into()),
        addressee: Some("忻州市某物业服务有限公司".into()),
        blocks: vec![
            Block::Heading { level: 1, text: "一、违法事实和证据".into() },
            Block::Paragraph(reason.into()),
            Block::Heading { level: 1, text: "二、处罚依据和决定".into() },
            Block::Paragraph(format!("{reason}决定罚款120,000元。")),
            Block::Table(Table {
                caption: "证据目录".into(),
                head: vec!["名称".into(), "页数".into()],
                rows: vec![vec!["现场笔录".into(), "4".into()], vec!["询问笔录".into(), "6".into()]],
            }),
            Block::Heading { level: 1, text: "三、救济途径".into() },
            Block::Paragraph(
                "如不服本决定，可以自收到本决定书之日起六十日内向忻府区人民政府申请行政复议，或者六个月内依法向人民法院提起行政诉讼。"
                    .into(),
            ),
        ],
        signed_by: "忻府区市场监督管理局".into(),
        date: "2026年10月20日".into(),
        verify: Some(Verify {
            url: "http://127.0.0.1:8080/verify/ABCD-EFGH-JK01/9?digest=0123456789abcdef".into(),
            code: "ABCD-EFGH-JK01/9".into(),
            digest: "a0106793".repeat(8),
        }),
    }
}

#[test]
fn a_pdf_is_pdf_a_and_the_same_bytes_each_time() {
    match (pdf::write(&sample()), pdf::write(&sample())) {
        (Err(Error::NoFont), _) => println!("no Chinese font on this machine: skipped"),
        (first, second) => {
            let (first, second) = (first.unwrap(), second.unwrap());
            if let Some(path) = std::env::var_os("FADU_KEEP") {
                std::fs::write(std::path::Path::new(&path).join("sample.pdf"), &first).unwrap();
            }
            assert!(first.starts_with(b"%PDF-1."));
            assert_eq!(first, second);
            let text = String::from_utf8_lossy(&first);
            assert!(text.contains("pdfaid:part") && text.contains("pdfaid:conformance"), "says which part of PDF/A it keeps");
        }
    }
}

#[test]
fn a_docx_holds_the_form_and_the_words() {
    let bytes = docx::write(&sample()).unwrap();
    if let Some(path) = std::env::var_os("FADU_KEEP") {
        std::fs::write(std::path::Path::new(&path).join("sample.docx"), &bytes).unwrap();
    }
    assert!(bytes.starts_with(b"PK"));
    let document = part(&bytes, "word/document.xml");
    for wanted in [
        "行政处罚决定书",
        "忻市监罚〔2026〕12号",
        "w:line=\"579\"",
        "w:val=\"Heading1\"",
        "w:top=\"2098\"",
        "w:linePitch=\"579\"",
        "FangSong",
        "SimHei",
    ] {
        assert!(document.contains(wanted), "the document holds {wanted}");
    }
    let rows: Vec<&str> = document.split("<w:trPr>").collect();
    assert_eq!(rows.iter().filter(|row| row.contains("<w:tblHeader />")).count(), 1, "the head of the table is repeated, and no other row");
    assert!(rows[1].contains("<w:tblHeader />") && rows[1].contains("名称"));
    let styles = part(&bytes, "word/styles.xml");
    for wanted in ["w:val=\"heading 1\"", "w:outlineLvl", "w:firstLine=\"640\"", "KaiTi"] {
        assert!(styles.contains(wanted), "the styles hold {wanted}");
    }
    assert!(part(&bytes, "word/footer1.xml").contains("PAGE"), "pages are numbered");
}

#[test]
fn hostile_text_is_drawn_not_obeyed() {
    let mut paper = sample();
    paper.title = "<w:t>&\u{0}\u{1F600}\u{200B}” onload=\"".into();
    paper.blocks = vec![Block::Paragraph("\u{FFFF}𠮷".repeat(300)), Block::Paragraph(String::new()), Block::Table(Table::default())];
    assert!(part(&docx::write(&paper).unwrap(), "word/document.xml").contains("&lt;w:t&gt;&amp;"));
    assert!(matches!(pdf::write(&paper), Ok(_) | Err(Error::NoFont)));
}

#[test]
fn a_long_paper_takes_as_many_pages_as_it_needs() {
    let mut paper = sample();
    paper.blocks = (0..80).map(|number| Block::Paragraph(format!("第{number}段。{}", "行政机关应当依法作出决定".repeat(8)))).collect();
    if let Ok(bytes) = pdf::write(&paper) {
        let pages = String::from_utf8_lossy(&bytes).matches("/Type/Page/").count()
            + String::from_utf8_lossy(&bytes).matches("/Type /Page\n").count();
        assert!(bytes.len() > 10_000, "{pages} pages");
    }
}

#[test]
fn a_qr_is_one_svg_path() {
    let svg = qr::svg("http://127.0.0.1:8080/verify/ABCD/9").unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("<path") && !svg.contains("style="));
    assert!(qr::svg(&"长".repeat(4000)).is_err(), "too much for a code is an error, not a panic");
}

/// One part of a zip, read with the reader the library brings along.
fn part(bytes: &[u8], name: &str) -> String {
    use std::io::Read;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}
