"""A hub that is killed while answers are saved: every save that was acknowledged is there afterwards, and none is half
there."""

import random
import threading

import requests

from support.process import wait_for

LABELERS = 8
TASKS_PER_LABELER = 60
SAVES_PER_TASK = 4
KILLS = 5


def answer_of(number):
    """An answer that holds a number in two places, so that half of it would be seen."""
    box = {"x": number, "y": number, "width": 10, "height": 10}
    return {"objects": [{"title": "Car", "schemaId": "car", "bounding-box": box}], "classifications": [], "relations": []}


def number_of(task):
    """The number in a task's answer; 0 where there is none yet."""
    tools = task["answer"]["tools"]
    if not tools:
        return 0
    box = tools[0]["bounding-box"]
    assert box["x"] == box["y"], task
    return box["x"]


class Labeler(threading.Thread):
    """Saves each of its tasks some times and submits it, until the hub is gone."""

    def __init__(self, hub, tasks):
        super().__init__()
        self.url, self.key, self.tasks = hub.url, hub.api_key, list(tasks)
        self.sent, self.kept, self.submitted = {}, {}, set()

    def run(self):
        session = requests.Session()
        session.trust_env = False
        session.headers["apikey"] = self.key
        while self.tasks:
            task = self.tasks[0]
            for number in range(self.kept.get(task, 0) + 1, SAVES_PER_TASK + 1):
                is_last = number == SAVES_PER_TASK
                self.sent[task] = number
                try:
                    body = {"answer": answer_of(number), "draft": not is_last}
                    query = {"nextStage": "true"} if is_last else {}
                    response = session.post(f"{self.url}/v2/annotate/{task}", params=query, json=body, timeout=30)
                    assert response.status_code == 200, response.text
                except requests.RequestException:
                    return
                self.kept[task] = number
            self.submitted.add(task)
            self.tasks.pop(0)


def test_every_acknowledged_save_survives_kills(hub, project):
    count = LABELERS * TASKS_PER_LABELER
    rows = [{"data": f"https://example.com/{n}.jpg", "externalId": str(n), "width": 99, "height": 99} for n in range(count)]
    hub.import_list(project, rows)
    listed = hub.get(f"/v2/project/{project}/tasks", params={"limit": 1000})["tasks"]
    ids = [task["_id"] for task in listed]
    assert len(ids) == count
    chance = random.Random(7)
    kept, submitted, waiting = {}, set(), [ids[n::LABELERS] for n in range(LABELERS)]
    for kill in range(KILLS + 1):
        labelers = [Labeler(hub, tasks) for tasks in waiting]
        for labeler in labelers:
            labeler.kept = {task: kept.get(task, 0) for task in labeler.tasks}
            labeler.start()
        if kill < KILLS:
            wanted = chance.randint(10, 70)
            wait_for(lambda: sum(len(one.sent) for one in labelers) >= wanted, 60, f"{wanted} tasks begun")
            hub.program.kill()
        for labeler in labelers:
            labeler.join()
        waiting = [one.tasks for one in labelers]
        if kill < KILLS:
            assert any(waiting), "everything was saved before the hub was killed"
            hub.restart()
        shown = {one["_id"]: one for one in tasks_with_answers(hub, project)}
        assert len(shown) == count
        for labeler in labelers:
            submitted |= labeler.submitted
            for task, number in labeler.sent.items():
                found = number_of(shown[task])
                assert labeler.kept.get(task, 0) <= found <= number, (task, labeler.kept.get(task), found, number)
                kept[task] = found
                # What was saved without its answer arriving counts as saved from here on.
                if found == SAVES_PER_TASK:
                    submitted.add(task)
        waiting = [[task for task in tasks if task not in submitted] for tasks in waiting]
        assert {task for task, one in shown.items() if one["stage"] == "Review"} == submitted
    assert len(submitted) == count


def tasks_with_answers(hub, project):
    query = {"limit": 1000, "includeAnswer": "true"}
    return hub.get(f"/v2/project/{project}/tasks", params=query)["tasks"]
