//! The way to the form of a leader's order, filled with what it is about.

/// `kind` is one of the choices of `about-kind`; `link` a page of this site.
pub fn href(organ: Option<&str>, kind: &str, subject: &str, link: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(organ) = organ {
        query.append_pair("organ", organ);
    }
    query.append_pair("about-kind", kind).append_pair("subject", subject).append_pair("about-link", link);
    format!("/leader/orders/new?{}", query.finish())
}
