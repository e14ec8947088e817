//! A fresh database of either kind for each claim, and short words to fill it.

use std::{future::Future, sync::Arc};

use insitu_model::{
    ambient::{Clock as _, FixedClock, SeededRandom},
    id::{BatchId, ImportId, OrganizationId, ProjectId, StorageId, UserId},
    import::{OnDuplicate, OnError},
    role::OrganizationRole,
    storage::{AccessType, Provider},
};
use insitu_store::{
    DatabaseUrl, Db, Error, Options, Tx,
    assets::NewAsset,
    batches,
    imports::{self, ImportBatch, NewImport, Written},
    members, organizations, projects, storages,
    testing::{Schema, postgres_server},
    users,
};

/// Writes one claim as two tests: `claim::on_sqlite` and `claim::on_postgres`.
macro_rules! contract {
    ($(#[$meta:meta])* async fn $name:ident($store:ident: &Store) $body:block) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn claim($store: &$crate::harness::Store) $body

            #[test]
            fn on_sqlite() {
                $crate::harness::on_sqlite(async |store| claim(store).await);
            }

            #[test]
            fn on_postgres() {
                $crate::harness::on_postgres(async |store| claim(store).await);
            }
        }
    };
}
pub(crate) use contract;

/// A database with nothing in it, and the world around it.
pub struct Store {
    pub db: Db,
    pub clock: FixedClock,
    pub random: SeededRandom,
}

const OPTIONS: Options = Options {
    readers: 2,
    writers: 4,
};
pub const NOW: i64 = 1_800_000_000_000;
pub const LEASE: i64 = 60_000;

pub fn on_sqlite(claim: impl AsyncFnOnce(&Store)) {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(folder.path().join("hub.db"));
    run(&url, claim);
}

pub fn on_postgres(claim: impl AsyncFnOnce(&Store)) {
    let Some(server) = postgres_server() else { return };
    let schema = Schema::new(server);
    run(&schema.url(), claim);
}

/// Makes the claim on this database.
pub fn run(url: &DatabaseUrl, claim: impl AsyncFnOnce(&Store)) {
    let store = Store {
        db: Db::open(url, OPTIONS).unwrap(),
        clock: FixedClock::at(NOW),
        random: SeededRandom::new(7),
    };
    runtime().block_on(claim(&store));
    store.db.close();
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// Makes an id of the asked type.
macro_rules! id {
    ($store:expr, $id:ident) => {
        insitu_model::id::$id::new(&$store.clock, &$store.random)
    };
}
pub(crate) use id;

impl Store {
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.db.claim(work).await
    }

    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.db.read(work).await
    }

    /// Later ids sort later.
    pub fn tick(&self) -> i64 {
        self.clock.advance_ms(1);
        self.clock.now_ms()
    }

    pub async fn user(&self, email: &str) -> UserId {
        self.tick();
        let user = users::User {
            id: id!(self, UserId),
            email: email.to_owned(),
            name: "Ada".to_owned(),
            password_hash: Some("$argon2id$…".to_owned()),
            disabled_at: None,
            created_at: NOW,
        };
        let id = user.id;
        self.write(move |tx| users::insert(tx, &user)).await.unwrap();
        id
    }

    pub async fn organization(&self, name: &str) -> (OrganizationId, UserId) {
        let owner = self.user(&format!("{name}@example.com")).await;
        let organization = organizations::Organization {
            id: id!(self, OrganizationId),
            name: name.to_owned(),
            created_at: NOW,
        };
        let id = organization.id;
        self.write(move |tx| {
            organizations::insert(tx, &organization)?;
            members::insert(tx, id, owner, OrganizationRole::Owner, NOW)
        })
        .await
        .unwrap();
        (id, owner)
    }

    pub async fn project(&self, organization: OrganizationId, name: &str) -> ProjectId {
        self.tick();
        let project = projects::Project {
            id: id!(self, ProjectId),
            organization,
            name: name.to_owned(),
            description: String::new(),
            category_schema: "{}".to_owned(),
            settings: "{}".to_owned(),
            created_by: id!(self, UserId),
            created_at: self.clock.now_ms(),
            updated_at: self.clock.now_ms(),
            archived_at: None,
            asset_count: 0,
            tasks: insitu_store::tasks::Counts::default(),
        };
        let id = project.id;
        self.write(move |tx| projects::insert(tx, &project))
            .await
            .unwrap();
        id
    }

    pub fn new_storage(&self, organization: OrganizationId, name: &str) -> storages::Storage {
        self.tick();
        storages::Storage {
            id: id!(self, StorageId),
            organization,
            name: name.to_owned(),
            provider: Provider::Aws,
            access_type: AccessType::IamUser,
            region: "eu-central-1".to_owned(),
            endpoint: None,
            public_key: Some("AKIAIOSFODNN7EXAMPLE".to_owned()),
            private_key_sealed: Some(vec![1, 2, 3]),
            role_arn: None,
            external_id: None,
            external_id_source: None,
            prefixes: vec!["photos/2026".to_owned()],
            created_by: id!(self, UserId),
            created_at: NOW,
            updated_at: NOW,
            revision: 1,
            asset_count: 0,
            buckets: Vec::new(),
            seen: Vec::new(),
            last_check: None,
            proof: None,
        }
    }

    pub async fn storage(&self, organization: OrganizationId, name: &str) -> StorageId {
        let storage = self.new_storage(organization, name);
        let id = storage.id;
        self.write(move |tx| storages::insert(tx, &storage))
            .await
            .unwrap();
        id
    }

    pub async fn batch(&self, organization: OrganizationId, project: ProjectId, name: &str) -> BatchId {
        self.tick();
        let batch = batches::Batch {
            id: id!(self, BatchId),
            name: name.to_owned(),
            created_at: NOW,
        };
        let id = batch.id;
        self.write(move |tx| batches::insert(tx, organization, project, &batch))
            .await
            .unwrap();
        id
    }

    pub fn new_import(&self, organization: OrganizationId, project: ProjectId) -> NewImport {
        self.tick();
        NewImport {
            id: id!(self, ImportId),
            organization,
            project,
            created_by: id!(self, UserId),
            name: "list.json".to_owned(),
            storage: None,
            batches: Vec::new(),
            priority: 0,
            on_error: OnError::Skip,
            on_duplicate: OnDuplicate::Allow,
            dry_run: false,
            is_upload: false,
            format: None,
            spool: "spool/1".to_owned(),
            source: None,
            created_at: self.clock.now_ms(),
        }
    }

    /// An import that `worker` runs.
    pub async fn running(&self, new: NewImport, worker: &'static str) -> ImportId {
        let (id, organization, now) = (new.id, new.organization, self.clock.now_ms());
        let claimed = self
            .write(move |tx| {
                imports::insert(tx, &new, worker, now + LEASE)?;
                imports::received(tx, organization, id, 100)?;
                imports::claim(tx, worker, now, now + LEASE)
            })
            .await
            .unwrap();
        assert_eq!(claimed.map(|import| import.new.id), Some(id));
        id
    }

    pub async fn put(
        &self,
        import: ImportId,
        worker: &'static str,
        rows: Vec<NewAsset>,
    ) -> Result<Written, Error> {
        let now = self.tick();
        let batch = ImportBatch {
            rows_read: rows.len() as u64,
            rows,
            ..ImportBatch::default()
        };
        self.write(move |tx| imports::write_batch(tx, import, worker, &batch, now, now + LEASE))
            .await
    }

    pub async fn complete(&self, import: ImportId, worker: &'static str) {
        let now = self.tick();
        self.write(move |tx| imports::complete(tx, import, worker, now))
            .await
            .unwrap();
    }

    /// A completed import of these rows.
    pub async fn imported(
        &self,
        organization: OrganizationId,
        project: ProjectId,
        rows: Vec<NewAsset>,
    ) -> ImportId {
        let import = self
            .running(self.new_import(organization, project), "worker")
            .await;
        self.put(import, "worker", rows).await.unwrap();
        self.complete(import, "worker").await;
        import
    }

    /// Discards until nothing is left.
    pub async fn discard_all(&self) -> u32 {
        let mut steps = 0;
        while self.write(imports::tidy_step).await.unwrap() {
            steps += 1;
        }
        steps
    }
}

/// A row with this external ID.
pub fn row(external_id: &str) -> NewAsset {
    NewAsset {
        is_pre_labeled: false,
        terms: insitu_model::answer::Terms::default(),
        external_id: Some(external_id.to_owned()).filter(|text| !text.is_empty()),
        data: format!("https://bucket.s3.eu-central-1.amazonaws.com/{external_id}.jpg"),
        width: None,
        height: None,
        storage: None,
        batches: Arc::new([]),
        priority: 0,
        extra: None,
    }
}

/// Rows `a0000`, `a0001`, …
pub fn rows(range: std::ops::Range<u32>) -> Vec<NewAsset> {
    range.map(|n| row(&format!("a{n:04}"))).collect()
}

/// Waits for all of many.
pub async fn all<T: Send + 'static>(work: Vec<impl Future<Output = T> + Send + 'static>) -> Vec<T> {
    let tasks: Vec<_> = work.into_iter().map(tokio::spawn).collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}
