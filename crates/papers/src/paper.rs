//! An official paper as a value: what it says, not how it looks.

/// A paper after GB/T 9704.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// Who issues it; red at the head.
    pub organ: String,
    pub title: String,
    /// 发文字号: 忻市监罚〔2026〕12号.
    pub number: Option<String>,
    /// 主送: whom it is for.
    pub addressee: Option<String>,
    pub blocks: Vec<Block>,
    pub signed_by: String,
    /// 2026年10月20日, under the signature.
    pub date: String,
    pub verify: Option<Verify>,
}

/// Where a reader checks the paper against the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verify {
    pub url: String,
    /// To be typed instead of scanning.
    pub code: String,
    /// SM3 of the event that issued the paper, in hex.
    pub digest: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Level 1: 黑体; level 2: 楷体.
    Heading {
        level: u8,
        text: String,
    },
    Paragraph(String),
    Table {
        caption: String,
        head: Vec<String>,
        rows: Vec<Vec<String>>,
    },
}
