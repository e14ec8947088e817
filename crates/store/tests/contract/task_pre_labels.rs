//! Labels that come from a list: to tasks that nobody has worked on, and to no others.

use insitu_model::answer::Terms;
use insitu_store::assets::{self, AssetFilter, AssetSort, PageStart};
use insitu_store::tasks::{self, NewAnswer, Saved};

use crate::harness::{contract, rows};
use crate::task_queue::task_of;

const LABELS: &str = r#"{"tools":[{"objectId":"list"}],"classifications":[],"relations":[]}"#;

contract! {
    async fn pre_labels_reach_only_tasks_that_nobody_has_worked_on(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let project = store.project(organization, "birds").await;
        let import = store.imported(organization, project, rows(0..4)).await;
        let [fresh, opened, saved, submitted] = [0, 1, 2, 3].map(|n| task_of(import, n));
        let now = store.tick();
        let own = move |submit, based_on| NewAnswer {
            by: ada,
            answer: r#"{"tools":[{"objectId":"ada"}],"classifications":[],"relations":[]}"#.to_owned(),
            terms: Terms::default(),
            based_on,
            duration: 1,
            is_draft: false,
            submit,
            only_own: false,
        };
        store.write(move |tx| tasks::open(tx, organization, project, opened, ada, now)).await.unwrap();
        for (id, submit) in [(saved, false), (submitted, true)] {
            store.write(move |tx| tasks::save(tx, organization, project, id, &own(submit, None), now)).await.unwrap();
        }
        for (id, reached) in [(fresh, true), (opened, true), (saved, false), (submitted, false), (fresh, true)] {
            let done = store.write(move |tx| tasks::pre_label(tx, organization, project, id, (LABELS, &Terms::default()), now)).await.unwrap();
            assert_eq!(done, reached, "{id}");
            let (task, answer) = store
                .read(move |tx| {
                    let task = tasks::find(tx, organization, project, id)?.unwrap();
                    let answer = tasks::answer(tx, organization, project, &task)?;
                    Ok((task, answer))
                })
                .await
                .unwrap();
            assert_eq!((task.is_pre_labeled, answer.contains("list")), (reached, reached), "{id} {answer}");
        }
        // Whoever had it open does not overwrite what they have not seen.
        let late = store.write(move |tx| tasks::save(tx, organization, project, opened, &own(false, Some(0)), now)).await;
        assert!(matches!(late.unwrap(), Saved::Changed(..)));
        let counted = move |wanted| {
            let filter = AssetFilter { is_pre_labeled: Some(wanted), ..AssetFilter::default() };
            store.read(move |tx| {
                let page = PageStart::Page(1);
                assets::list(tx, organization, project, &filter, AssetSort::OldestFirst, &page, 10)
            })
        };
        let labeled = counted(true).await.unwrap();
        assert_eq!((labeled.total, labeled.assets.len()), (2, 2));
        assert!(labeled.assets[0].extra.as_deref().unwrap().contains(r#""objects":[{"objectId":"list"}]"#));
        assert_eq!(counted(false).await.unwrap().total, 2);
    }
}
