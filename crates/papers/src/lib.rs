//! Papers: the only crate that makes documents — DOCX and PDF in the form of GB/T 9704, with a QR that leads to the ledger; reports as
//! HTML, XLSX and CSV too.
//! It reads no store and knows no HTTP: values in, bytes out.

pub mod chart;
pub mod docx;
mod font;
mod layout;
pub mod paper;
pub mod pdf;
mod picture;
pub mod qr;
pub mod read;
pub mod report;
pub mod sheet;
mod tags;

pub use paper::{Block, Paper, Table, Verify};

/// Why a document could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("没有找到可用的中文字体：请安装 fonts-noto-cjk，或者用环境变量 FADU_FONTS 指定字体文件夹")]
    NoFont,
    #[error("PDF不能生成：{0}")]
    Pdf(String),
    #[error("DOCX不能生成：{0}")]
    Docx(String),
    #[error("XLSX不能生成：{0}")]
    Xlsx(String),
    #[error("CSV不能生成：{0}")]
    Csv(String),
    #[error("表格不能生成：{0}")]
    Sheet(String),
    #[error("二维码不能生成：{0}")]
    Qr(String),
}
