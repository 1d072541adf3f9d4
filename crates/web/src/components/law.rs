//! The law's own voice: an article beside the red rule, with its citation.

use engine::law::Cite;
use maud::{Markup, html};

use crate::call::Call;
use crate::words;

/// The article a citation names, as in force today; only the citation when the article is not kept.
pub fn quote(call: &Call<'_>, cite: &Cite) -> Markup {
    let law = &call.hall.law;
    html! {
        blockquote.law {
            @match law.article(cite, call.today()) {
                Some((_, version, article)) => {
                    p lang="zh-CN" { (article.says) }
                    cite { (words::cite(law, cite)) "　大意，" (engine::value::long_date(version.in_force)) "起施行" }
                },
                None => cite { (words::cite(law, cite)) },
            }
        }
    }
}

/// A citation in a sentence.
pub fn cited(call: &Call<'_>, cite: Option<&Cite>) -> String {
    cite.map_or_else(String::new, |cite| words::cite(&call.hall.law, cite))
}
