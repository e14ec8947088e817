//! PostgreSQL's side of a transaction: sessions, statements, COPY.

use std::{collections::HashMap, fmt, str::FromStr as _, time::Duration};

use postgres::{
    Client, Config, NoTls, Statement,
    binary_copy::BinaryCopyInWriter,
    fallible_iterator::FallibleIterator as _,
    types::{FromSql, IsNull, ToSql, Type, private::BytesMut},
};

use crate::{
    Error, Result,
    dialect::statement_for_postgres,
    limits::MAX_PREPARED_STATEMENTS,
    tx::{Column, ColumnKind, Mode, check_text},
    value::{Cell, Row, Source, Value},
};

/// How long a new connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// One connection, opened again when it was lost, with its prepared statements by their common spelling.
pub(crate) struct Session {
    config: Config,
    client: Client,
    statements: HashMap<String, Statement>,
    open: bool,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("open", &self.open)
            .finish_non_exhaustive()
    }
}

impl Session {
    pub(crate) fn connect(url: &str) -> Result<Self> {
        let mut config = Config::from_str(url)?;
        config.connect_timeout(CONNECT_TIMEOUT);
        if config.get_application_name().is_none() {
            config.application_name("insitu");
        }
        let client = connect(&config)?;
        Ok(Self {
            config,
            client,
            statements: HashMap::new(),
            open: false,
        })
    }

    pub(crate) fn begin(&mut self, mode: Mode) -> Result<()> {
        let begin = match mode {
            Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Mode::Write => "BEGIN ISOLATION LEVEL SERIALIZABLE",
            Mode::Claim => "BEGIN ISOLATION LEVEL READ COMMITTED",
        };
        // A connection that the server closed while nobody used it is noticed here, when nothing is lost yet.
        if self.client.is_closed() || self.control(begin).is_err() {
            self.client = connect(&self.config)?;
            self.statements.clear();
            self.control(begin)?;
        }
        self.open = true;
        Ok(())
    }

    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// BEGIN, COMMIT, ROLLBACK.
    pub(crate) fn control(&mut self, sql: &str) -> Result<()> {
        self.open = false;
        Ok(self.client.batch_execute(sql)?)
    }

    /// Several statements without parameters.
    pub(crate) fn script(&mut self, sql: &str) -> Result<()> {
        Ok(self.client.batch_execute(sql)?)
    }

    pub(crate) fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64> {
        let statement = self.prepared(sql)?;
        check_params(params)?;
        let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|value| value as _).collect();
        Ok(self.client.execute(&statement, &params)?)
    }

    pub(crate) fn visit(
        &mut self,
        sql: &str,
        params: &[Value<'_>],
        visit: &mut dyn FnMut(&mut Row<'_>) -> Result<bool>,
    ) -> Result<()> {
        let statement = self.prepared(sql)?;
        check_params(params)?;
        let mut rows = self.client.query_raw(&statement, params)?;
        while let Some(row) = rows.next()? {
            if !visit(&mut Row::new(Source::Postgres(&row)))? {
                break;
            }
        }
        Ok(())
    }

    pub(crate) fn bulk<'v>(
        &mut self,
        table: &str,
        columns: &[Column],
        rows: usize,
        mut fill: impl FnMut(usize, &mut Vec<Value<'v>>),
    ) -> Result<()> {
        let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
        let types: Vec<Type> = columns
            .iter()
            .map(|column| match column.kind {
                ColumnKind::Int => Type::INT8,
                ColumnKind::Text => Type::TEXT,
                ColumnKind::Blob => Type::BYTEA,
            })
            .collect();
        let sql = format!("COPY {table} ({}) FROM STDIN (FORMAT binary)", names.join(", "));
        let mut writer = BinaryCopyInWriter::new(self.client.copy_in(sql.as_str())?, &types);
        let mut values = Vec::with_capacity(columns.len());
        for row in 0..rows {
            values.clear();
            fill(row, &mut values);
            check_params(&values)?;
            writer.write_raw(&values)?;
        }
        writer.finish()?;
        Ok(())
    }

    fn prepared(&mut self, sql: &str) -> Result<Statement> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(&statement_for_postgres(sql))?;
        if self.statements.len() >= MAX_PREPARED_STATEMENTS {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

fn connect(config: &Config) -> Result<Client> {
    let mut client = config.connect(NoTls)?;
    let encoding: String = client.query_one("SHOW server_encoding", &[])?.try_get(0)?;
    if encoding != "UTF8" {
        return Err(Error::Database(format!(
            "the database is encoded as {encoding}; make one with: CREATE DATABASE insitu ENCODING 'UTF8' TEMPLATE template0"
        )));
    }
    Ok(client)
}

fn check_params(params: &[Value<'_>]) -> Result<()> {
    params.iter().try_for_each(|value| {
        if let Value::Text(text) = value {
            check_text(text)
        } else {
            Ok(())
        }
    })
}

type Boxed = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> std::result::Result<IsNull, Boxed> {
        match (self, ty) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Int(n), &Type::INT8) => n.to_sql(ty, out),
            (Value::Int(n), &Type::INT4) => i32::try_from(*n)?.to_sql(ty, out),
            (Value::Text(text), &Type::TEXT | &Type::VARCHAR) => text.to_sql(ty, out),
            (Value::Blob(bytes), &Type::BYTEA) => bytes.to_sql(ty, out),
            _ => Err(format!("a parameter of PostgreSQL's type {ty} was given another kind of value").into()),
        }
    }

    fn accepts(ty: &Type) -> bool {
        matches!(
            *ty,
            Type::INT8 | Type::INT4 | Type::TEXT | Type::VARCHAR | Type::BYTEA
        )
    }

    postgres::types::to_sql_checked!();
}

impl<'a> FromSql<'a> for Cell<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> std::result::Result<Self, Boxed> {
        Ok(match *ty {
            Type::INT8 => Cell::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Cell::Int(i32::from_sql(ty, raw)?.into()),
            Type::TEXT | Type::VARCHAR => Cell::Text(<&str>::from_sql(ty, raw)?),
            _ => Cell::Blob(raw),
        })
    }

    fn from_sql_null(_: &Type) -> std::result::Result<Self, Boxed> {
        Ok(Cell::Null)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(
            *ty,
            Type::INT8 | Type::INT4 | Type::TEXT | Type::VARCHAR | Type::BYTEA
        )
    }
}
