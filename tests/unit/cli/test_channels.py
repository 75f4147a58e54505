"""The file of channels: several of a kind, secrets from files, faults by line; and trying one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.demo.receivers import MailSink, RobotReceiver
from service.errors import Faulty
from service.notify.config import read_channels
from service.settings import SettingsError, channel_settings, read_settings
from tests.testkit.service import biaochi
from tests.testkit.smtp_sink import SmtpSink, free_port

SECRET = "hunter2-secret-0123"
EVERY_KIND = """\
channels:
  疏整促群:
    kind: wecom
    url: https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=hunter2-secret-0123
    format: markdown
  people:
    kind: wecom_app
    corpid: wx58
    secret: {file: SECRET_FILE}
    agentid: 1000002
    recipients: [LiSi]
    base_url: https://wecom.example.org/
  ding:
    kind: dingtalk
    url: https://oapi.dingtalk.com/robot/send?access_token=hunter2-secret-0123
    secret: SEChunter2-secret-0123
    messages_per_minute: 10
  lark: {kind: feishu, url: "https://open.larksuite.com/open-apis/bot/v2/hook/hunter2-secret-0123", format: card}
  hook:
    kind: webhook
    url: https://example.org/hook
    method: PUT
    headers: {Authorization: Bearer hunter2-secret-0123}
    proxy: http://user:hunter2-secret-0123@proxy.example.org:3128
  am: {kind: alertmanager, base_url: "http://127.0.0.1:9093/"}
  mail: {kind: email, host: mail.example.org, sender: b@example.org, recipients: [o@example.org]}
"""


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of whoever runs the tests."""
    for name in os.environ:
        if name.startswith("BIAOCHI_"):
            monkeypatch.delenv(name)


def written(folder: Path, text: str) -> Path:
    (folder / "secret").write_text(f"{SECRET}\n")
    path = folder / "channels.yaml"
    path.write_text(text.replace("SECRET_FILE", str(folder / "secret")))
    return path


def test_every_kind_is_read_and_shows_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, EVERY_KIND)
    monkeypatch.setenv("BIAOCHI_CHANNELS", str(path))
    found = channel_settings(read_settings())
    kinds = ["wecom", "wecom_app", "dingtalk", "feishu", "webhook", "alertmanager", "email"]
    assert [each.kind for each in found.values()] == kinds
    assert SECRET not in repr(found)
    assert all(SECRET in str(found[name].secrets) for name in ("疏整促群", "people", "ding", "lark", "hook"))
    status, out, _ = biaochi("notify", "list")
    assert (status, out.splitlines()[:3]) == (
        0,
        ["疏整促群: Wecom, 20 in 60 s", "people: WecomApp, no limit", "ding: Dingtalk, 10 in 60 s"],
    )


@pytest.mark.parametrize(
    ("line", "wrong", "where", "told"),
    [
        ("    agentid: 1000002", "    agent_id: 1000002", "channels.yaml:10:5", "agentid"),
        ("    format: markdown", "    formt: markdown", "channels.yaml:5:5", "did you mean 'format'"),
        ("    format: markdown", "    format: card", "channels.yaml:5:5", "card"),
        ("    kind: dingtalk", "    kind: dingtlk", "channels.yaml:14:5", "did you mean 'dingtalk'"),
        ("    corpid: wx58\n", "", "channels.yaml:6:3", "'corpid' is missing"),
        ("{file: SECRET_FILE}", "{file: /no/such}", "channels.yaml:9:5", "cannot be read"),
        ("    method: PUT", "    method: DELETE", "channels.yaml:22:5", "DELETE"),
        ("{Authorization:", "{授权:", "channels.yaml:23:5", "ASCII"),
        ("    proxy: http:", "    proxy: socks5:", "channels.yaml:24:5", "http(s)://host:port"),
        ("    messages_per_minute: 10", "    messages_per_minute: 0", "channels.yaml:17:5", ""),
        ("    messages_per_minute: 10", "    ca: /no/such.pem", "channels.yaml:17:5", "PEM"),
        ("?access_token=", "#", "channels.yaml:15:5", "access_token"),
        ("  ding:", "  'a b':", "channels.yaml:13:3", ""),
        ("  ding:", "  people:", "channels.yaml:13:3", 'duplicate key "people"'),
        ("    secret: SEChunter2", "    secret: *SEChunter2", "channels.yaml:16:13", "undefined alias"),
    ],
)
def test_a_wrong_line_is_named_and_no_secret_is(
    tmp_path: Path, line: str, wrong: str, where: str, told: str
) -> None:
    assert line in EVERY_KIND
    with pytest.raises(Faulty) as refused:
        read_channels(written(tmp_path, EVERY_KIND.replace(line, wrong, 1)))
    faults = refused.value.faults
    assert any(fault.where.startswith(where) for fault in faults), faults
    text = " ".join(f"{fault} {fault.zh}" for fault in faults)
    assert told in text and SECRET not in text and "SEChunter" not in text


def test_a_name_that_is_taken_by_the_environment_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIAOCHI_CHANNELS", str(written(tmp_path, EVERY_KIND.replace("疏整促群", "wecom"))))
    monkeypatch.setenv("BIAOCHI_WECOM__URL", f"http://127.0.0.1/?key={SECRET}")
    with pytest.raises(SettingsError, match="wecom"):
        channel_settings(read_settings())


def test_trying_a_channel_says_what_happened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with RobotReceiver() as robot, MailSink() as mail, SmtpSink() as strict:
        strict.refused["leader@example.org"] = "550 5.1.1 unknown"
        text = f"""
channels:
  robot: {{kind: wecom, url: "{robot.url}"}}
  stranger: {{kind: wecom, url: "http://127.0.0.1:{robot.port}/?key={SECRET}"}}
  mail: {{kind: email, host: 127.0.0.1, port: {mail.port}, sender: b@example.org, recipients: [o@example.org]}}
  strict: {{kind: email, host: 127.0.0.1, port: {strict.port}, sender: b@example.org, recipients: [o@example.org]}}
  nobody: {{kind: webhook, url: "http://127.0.0.1:{free_port()}/"}}
"""
        monkeypatch.setenv("BIAOCHI_CHANNELS", str(written(tmp_path, text)))
        assert biaochi("notify", "test", "robot") == (0, "robot: sent (errcode 0 ok)\n", "")
        assert "编号：test-" in robot.texts[0]
        assert biaochi("notify", "test", "mail", "--to", "jia@example.org")[0] == 0
        assert mail.messages[0]["To"] == "jia@example.org"
        to = ("--to", "o@example.org", "--to", "leader@example.org")
        missed = "strict: sent (accepted, but not for leader@example.org (550 5.1.1 unknown))\n"
        assert biaochi("notify", "test", "strict", *to) == (1, missed, "")
        status, _, err = biaochi("notify", "test", "stranger")
        assert status == 1 and "authentication: errcode 93000" in err and SECRET not in err
        status, _, err = biaochi("notify", "test", "nobody")
        assert status == 1 and "无法连接对方服务器" in err
        status, _, err = biaochi("notify", "test", "no-such")
        assert status == 1 and "robot, stranger, mail" in err
