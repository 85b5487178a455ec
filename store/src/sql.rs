//! Joined reads, written as SQL both databases take: `$1` places, no dialect.

use sea_orm::{ConnectionTrait, DbErr, ExecResult, FromQueryResult, Statement, Value};

/// Every row.
pub(crate) async fn all<T: FromQueryResult>(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<T>, DbErr> {
    T::find_by_statement(statement(db, sql, values)).all(db).await
}

/// The first row, if there is one.
pub(crate) async fn one<T: FromQueryResult>(
    db: &impl ConnectionTrait,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Option<T>, DbErr> {
    T::find_by_statement(statement(db, sql, values)).one(db).await
}

/// A number: the first column, named `n`, of the only row.
pub(crate) async fn number(db: &impl ConnectionTrait, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<i64, DbErr> {
    #[derive(FromQueryResult)]
    struct Number {
        n: i64,
    }
    Ok(one::<Number>(db, sql, values).await?.map_or(0, |row| row.n))
}

/// Runs a change.
pub(crate) async fn run(db: &impl ConnectionTrait, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<ExecResult, DbErr> {
    db.execute_raw(statement(db, sql, values)).await
}

fn statement(db: &impl ConnectionTrait, sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(db.get_database_backend(), sql, values)
}

/// The values of a statement, each converted: `values![id, now, "word"]`.
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$(sea_orm::Value::from($value)),*] };
}
pub(crate) use values;

/// Numbers of our own rows, as SQL reads a list of them: safe as they stand. No row has the number 0, so that no list is empty.
pub(crate) fn numbers(ids: impl IntoIterator<Item = i64>) -> String {
    ids.into_iter().chain([0]).map(|id| id.to_string()).collect::<Vec<_>>().join(", ")
}

/// A search term as a LIKE pattern: its own `%`, `_` and `\` mean themselves (`ESCAPE '\'`).
pub(crate) fn like(term: &str) -> String {
    let mut pattern = String::from("%");
    for c in term.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
