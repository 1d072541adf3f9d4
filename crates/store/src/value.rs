//! A parameter going into either database, and a row coming out of it.

use std::error::Error as StdError;

use postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::{Error, Result};

/// A parameter. Borrowed, because the hot path binds what the caller already holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Blob(&'a [u8]),
}

impl<'a> Value<'a> {
    pub fn int(number: Option<i64>) -> Value<'a> {
        number.map_or(Value::Null, Value::Int)
    }
    pub fn text(text: Option<&'a str>) -> Value<'a> {
        text.map_or(Value::Null, Value::Text)
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Value::Null => ValueRef::Null,
            Value::Int(number) => ValueRef::Integer(number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(number) if *ty == Type::INT4 => i32::try_from(*number)?.to_sql(ty, out),
            Value::Int(number) => number.to_sql(ty, out),
            Value::Text(text) => text.to_sql(ty, out),
            Value::Blob(bytes) => bytes.to_sql(ty, out),
        }
    }
    fn accepts(_: &Type) -> bool {
        true
    }
    to_sql_checked!();
}

/// A row of an answer; columns count from 0.
pub(crate) enum Row<'a> {
    Lite(&'a rusqlite::Row<'a>),
    Post(&'a postgres::Row),
}

impl Row<'_> {
    pub fn int_or_null(&self, column: usize) -> Result<Option<i64>> {
        match self {
            Row::Lite(row) => match row.get_ref(column)? {
                ValueRef::Null => Ok(None),
                ValueRef::Integer(number) => Ok(Some(number)),
                other => Err(unexpected(column, "a number", &format!("{:?}", other.data_type()))),
            },
            Row::Post(row) => row.try_get(column).map_err(|error| unexpected(column, "a number", &error.to_string())),
        }
    }

    pub fn int(&self, column: usize) -> Result<i64> {
        self.int_or_null(column)?.ok_or_else(|| unexpected(column, "a number", "nothing"))
    }

    pub fn text_or_null(&self, column: usize) -> Result<Option<&str>> {
        match self {
            Row::Lite(row) => match row.get_ref(column)? {
                ValueRef::Null => Ok(None),
                ValueRef::Text(text) => std::str::from_utf8(text).map(Some).map_err(|error| unexpected(column, "text", &error.to_string())),
                other => Err(unexpected(column, "text", &format!("{:?}", other.data_type()))),
            },
            Row::Post(row) => row.try_get(column).map_err(|error| unexpected(column, "text", &error.to_string())),
        }
    }

    pub fn text(&self, column: usize) -> Result<&str> {
        self.text_or_null(column)?.ok_or_else(|| unexpected(column, "text", "nothing"))
    }

    pub fn string(&self, column: usize) -> Result<String> {
        self.text(column).map(str::to_owned)
    }

    pub fn blob(&self, column: usize) -> Result<&[u8]> {
        match self {
            Row::Lite(row) => match row.get_ref(column)? {
                ValueRef::Blob(bytes) => Ok(bytes),
                other => Err(unexpected(column, "bytes", &format!("{:?}", other.data_type()))),
            },
            Row::Post(row) => row.try_get(column).map_err(|error| unexpected(column, "bytes", &error.to_string())),
        }
    }

    pub fn digest(&self, column: usize) -> Result<[u8; 32]> {
        let bytes = self.blob(column)?;
        bytes.try_into().map_err(|_| unexpected(column, "32 bytes", &format!("{} bytes", bytes.len())))
    }

    /// The bytes of a text, without looking whether they are UTF-8.
    pub fn text_bytes(&self, column: usize) -> Result<&[u8]> {
        match self {
            Row::Lite(row) => match row.get_ref(column)? {
                ValueRef::Text(text) => Ok(text),
                other => Err(unexpected(column, "text", &format!("{:?}", other.data_type()))),
            },
            Row::Post(_) => self.text(column).map(str::as_bytes),
        }
    }

    /// Any value, for copying rows from one database to another.
    pub fn any(&self, column: usize) -> Result<Value<'_>> {
        match self {
            Row::Lite(row) => Ok(match row.get_ref(column)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => Value::Int(number),
                ValueRef::Text(_) => Value::Text(self.text(column)?),
                ValueRef::Blob(bytes) => Value::Blob(bytes),
                ValueRef::Real(_) => return Err(unexpected(column, "a number", "a fraction")),
            }),
            Row::Post(row) => match *row.columns()[column].type_() {
                Type::INT8 => Ok(Value::int(self.int_or_null(column)?)),
                Type::BYTEA => {
                    let bytes: Option<&[u8]> = row.try_get(column).map_err(Error::from)?;
                    Ok(bytes.map_or(Value::Null, Value::Blob))
                }
                _ => Ok(Value::text(self.text_or_null(column)?)),
            },
        }
    }
}

fn unexpected(column: usize, wanted: &str, found: &str) -> Error {
    Error::Value(format!("column {column} should hold {wanted}, but: {found}"))
}
