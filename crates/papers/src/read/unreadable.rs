//! Why a document cannot be read, and what its owner does next: in Chinese, and in English beside it.

/// What a file is, by its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text in any encoding; HTML and CSV are text.
    Text,
    Pdf,
    /// DOCX.
    Document,
    /// XLSX.
    Workbook,
    /// DOC, and WPS before it wrote DOCX.
    OldDocument,
    /// XLS.
    OldWorkbook,
    /// XLSB.
    BinaryWorkbook,
    /// PPTX or PPT.
    Slides,
    OpenDocument,
    Ofd,
    Rtf,
    Image,
    Archive,
    /// A program, a film, a database …
    Other,
}

impl Kind {
    /// The name in Chinese and in English.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Kind::Text => ("文本", "a text"),
            Kind::Pdf => ("PDF", "a PDF"),
            Kind::Document => ("DOCX文档", "a DOCX document"),
            Kind::Workbook => ("XLSX表格", "an XLSX workbook"),
            Kind::OldDocument => ("旧版Word或WPS文档（.doc、.wps）", "an old Word or WPS document (.doc, .wps)"),
            Kind::OldWorkbook => ("旧版Excel或WPS表格（.xls、.et）", "an old Excel or WPS workbook (.xls, .et)"),
            Kind::BinaryWorkbook => ("二进制工作簿（.xlsb）", "a binary workbook (.xlsb)"),
            Kind::Slides => ("演示文稿", "a slide show"),
            Kind::OpenDocument => ("OpenDocument文件（.odt、.ods）", "an OpenDocument file (.odt, .ods)"),
            Kind::Ofd => ("OFD版式文件", "an OFD file"),
            Kind::Rtf => ("RTF文档", "an RTF document"),
            Kind::Image => ("图片", "a picture"),
            Kind::Archive => ("压缩包", "an archive"),
            Kind::Other => ("程序或者其他数据", "a program or other data"),
        }
    }

    /// How to make of it something that can be read: in Chinese and in English.
    fn way_out(self) -> (&'static str, &'static str) {
        match self {
            Kind::OldDocument | Kind::Rtf => ("用Word或WPS打开，另存为“.docx”再交", "open it in Word or WPS and save it as .docx"),
            Kind::OldWorkbook | Kind::BinaryWorkbook => {
                ("用Excel或WPS打开，另存为“.xlsx”再交", "open it in Excel or WPS and save it as .xlsx")
            }
            Kind::OpenDocument => ("另存为“.docx”或者“.xlsx”再交", "save it as .docx or .xlsx"),
            Kind::Slides | Kind::Ofd => {
                ("用打开它的软件导出为PDF，或者复制文字存成“.txt”", "export it as PDF, or copy its words into a .txt file")
            }
            Kind::Image => (
                "交原来的文档，或者先做文字识别再把文字存成“.txt”",
                "give the document it was made from, or recognise its words first and save them as .txt",
            ),
            Kind::Archive => ("先解压，再交里面的那一个文件", "unpack it and give the one file inside"),
            Kind::Text | Kind::Pdf | Kind::Document | Kind::Workbook | Kind::Other => {
                ("请核对是不是选错了文件", "check that this is the file you meant")
            }
        }
    }
}

/// What there is too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    Cells,
    Columns,
    Pages,
    Letters,
    Objects,
}

impl Count {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Count::Cells => ("个单元格", "cells"),
            Count::Columns => ("列", "columns"),
            Count::Pages => ("页", "pages"),
            Count::Letters => ("个字", "characters"),
            Count::Objects => ("个部分", "parts"),
        }
    }
}

/// Why a document cannot be read. Shown, it says what is the matter and what to do next, in Chinese; [`Unreadable::english`] says the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// Nothing in it.
    Empty,
    /// Larger than `most` bytes.
    TooLarge {
        most: usize,
    },
    /// Unpacked it would be larger than `most` bytes.
    Expands {
        most: usize,
    },
    TooMuch {
        what: Count,
        most: usize,
    },
    /// Not a document with words.
    NotAReport(Kind),
    /// Not a workbook or CSV.
    NotATable(Kind),
    /// Protected with a password.
    Locked,
    /// A PDF of pictures: a scan.
    Scanned,
    /// A PDF whose fonts do not say which characters they draw.
    Unlettered,
    /// Damaged: which part, and what the reader says about it.
    Broken {
        what: &'static str,
        why: String,
    },
    /// Reading took longer than this many seconds.
    Slow {
        seconds: u64,
    },
    /// Too many documents are being read.
    Busy,
}

impl Unreadable {
    pub fn broken(what: &'static str, why: impl std::fmt::Display) -> Unreadable {
        let why: String = why.to_string().chars().filter(|letter| !letter.is_control()).take(160).collect();
        Unreadable::Broken { what, why }
    }

    pub fn chinese(&self) -> String {
        match self {
            Unreadable::Empty => "文件是空的。请核对是不是选错了文件，或者没有存完".to_owned(),
            Unreadable::TooLarge { most } => format!("文件超过{}MB。请只交一份文件，去掉里面的图片和附件", most >> 20),
            Unreadable::Expands { most } => {
                format!("文件解开以后超过{}MB，不像一份正常的文件。请用办公软件打开，另存一份再交", most >> 20)
            }
            Unreadable::TooMuch { what, most } => format!("超过{most}{}。请分成几份再交", what.names().0),
            Unreadable::NotAReport(kind) => format!("这是{}，读不出文字。{}", kind.names().0, kind.way_out().0),
            Unreadable::NotATable(kind) => format!("这是{}，不是表格。请交“.xlsx”或者“.csv”；{}", kind.names().0, kind.way_out().0),
            Unreadable::Locked => "文件设了密码。请去掉密码，另存一份再交".to_owned(),
            Unreadable::Scanned => "这份PDF里没有文字，只有扫描的图片。请交原来的文档，或者先做文字识别".to_owned(),
            Unreadable::Unlettered => {
                "这份PDF的字体没有写明每个字形是哪个字，文字取不出来。请交原来的文档，或者用办公软件重新导出PDF".to_owned()
            }
            Unreadable::Broken { what, why } => format!("文件坏了或者没有传完，{what}读不出来（{why}）。请用办公软件打开，另存一份再交"),
            Unreadable::Slow { seconds } => format!("读了{seconds}秒还没有读完，已经停下。请另存一份简单的，或者把文字复制成“.txt”"),
            Unreadable::Busy => "正在读的文件太多。请过一会儿再试".to_owned(),
        }
    }

    pub fn english(&self) -> String {
        match self {
            Unreadable::Empty => "the file is empty; check that it is the one you meant and was saved whole".to_owned(),
            Unreadable::TooLarge { most } => format!("the file is larger than {} MiB; give one document, without its pictures", most >> 20),
            Unreadable::Expands { most } => {
                format!(
                    "unpacked, the file is larger than {} MiB, which no ordinary document is; open it in an office program and save it again",
                    most >> 20
                )
            }
            Unreadable::TooMuch { what, most } => format!("there are more than {most} {}; divide the file", what.names().1),
            Unreadable::NotAReport(kind) => format!("this is {}, whose words cannot be read; {}", kind.names().1, kind.way_out().1),
            Unreadable::NotATable(kind) => format!("this is {}, not a table; give .xlsx or .csv; {}", kind.names().1, kind.way_out().1),
            Unreadable::Locked => "the file is protected with a password; remove it and save the file again".to_owned(),
            Unreadable::Scanned => {
                "this PDF holds no text, only scanned pictures; give the document it was made from, or recognise its words first".to_owned()
            }
            Unreadable::Unlettered => {
                "the fonts of this PDF do not say which characters they draw; give the document it was made from, or export the PDF again"
                    .to_owned()
            }
            Unreadable::Broken { what, why } => {
                let what = match *what {
                    "压缩包" => "its package",
                    "工作簿" => "its workbook",
                    "正文" => "its body",
                    "PDF的结构" => "the structure of the PDF",
                    _ => "a part of it",
                };
                format!("the file is damaged or incomplete: {what} cannot be read ({why}); open it in an office program and save it again")
            }
            Unreadable::Slow { seconds } => {
                format!("after {seconds} seconds it was not read and was given up; save a simpler copy, or copy its words into a .txt file")
            }
            Unreadable::Busy => "too many documents are being read; try again in a moment".to_owned(),
        }
    }
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.chinese())
    }
}

impl std::error::Error for Unreadable {}
