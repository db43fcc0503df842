//! A Rust file as the words that count: without comments, text in quotes and the tests at its end.
//!
//! This is no parser. It knows comments, string literals and the `#[cfg(test)]` that ends our files, which is enough
//! to ask whether a word is used.

/// The code of one file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    code: String,
}

impl Source {
    /// Reads a file's text.
    pub fn new(text: &str) -> Self {
        let shipped = match text.find("#[cfg(test)]\nmod ") {
            // a module in a file of its own stands among the others: what follows its line counts
            Some(at) => match text[at..].find([';', '{']) {
                Some(end) if text[at + end..].starts_with(';') => {
                    format!("{}{}", &text[..at], Self::new(&text[at + end + 1..]).code)
                }
                _ => text[..at].to_owned(),
            },
            None => text.to_owned(),
        };
        Self { code: without_comments_and_quotes(&shipped) }
    }
    /// Whether `word` stands in the code, whole.
    pub fn uses(&self, word: &str) -> bool {
        words(&self.code).any(|found| found == word)
    }
    /// Whether `name!` is used.
    pub fn uses_macro(&self, name: &str) -> bool {
        self.code.match_indices(name).any(|(at, _)| {
            let before = self.code[..at].chars().next_back();
            self.code[at + name.len()..].starts_with('!')
                && !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
        })
    }
    /// Whether `owner::function` is named.
    pub fn uses_function(&self, owner: &str, function: &str) -> bool {
        let dense: String = self.code.split_whitespace().collect();
        let named = format!("{owner}::{function}");
        dense.split(&named).skip(1).any(|after| !after.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    }
    /// Whether the standard library's `module` is named, alone or in a group (`use std::{fs, io}`).
    pub fn uses_std(&self, module: &str) -> bool {
        let dense: String = self.code.split_whitespace().collect();
        dense.split("std::").skip(1).any(|after| match after.strip_prefix('{') {
            Some(group) => {
                let group = group.split_once(';').map_or(group, |(group, _)| group);
                words(group).any(|found| found == module)
            }
            None => words(after).next() == Some(module) && after.starts_with(module),
        })
    }
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

fn without_comments_and_quotes(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |at| at + 2)
        } else if c == '"' {
            quoted(rest)
        } else if rest.starts_with("'\"'") {
            3
        } else {
            0
        };
        if skipped == 0 {
            code.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            code.push(' ');
            rest = &rest[skipped..];
        }
    }
    code
}

/// Length of the string literal that `text` begins with.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_counts_in_code_and_not_in_comments_quotes_or_tests() {
        let source = Source::new(
            "//! HashMap\nuse a::B; /* Instant */\nfn f() -> &'static str { \"f64 \\\" f32\" }\n\
             #[cfg(test)]\nmod tests {\n    use std::fs;\n}\n",
        );
        assert!(source.uses("B"));
        for word in ["HashMap", "Instant", "f64", "f32"] {
            assert!(!source.uses(word), "{word}");
        }
        assert!(!source.uses_std("fs"));
    }

    #[test]
    fn code_after_a_test_module_in_its_own_file_counts() {
        let source = Source::new("#[cfg(test)]\nmod tests;\nuse std::net::TcpStream;\n");
        assert!(source.uses_std("net"));
    }

    #[test]
    fn a_module_of_the_standard_library_is_found_alone_and_in_a_group() {
        assert!(Source::new("use std::fs::File;").uses_std("fs"));
        assert!(Source::new("use std::{\n    collections::BTreeMap,\n    fs,\n};").uses_std("fs"));
        assert!(Source::new("fn f() { std::thread::spawn(g) }").uses_std("thread"));
        assert!(!Source::new("use std::fmt; fn fs() {}").uses_std("fs"));
    }
}
