"""A camera asked where it looks, over real HTTP, with the logins that cameras ask for."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest

from core.errors import ConfigError, SourceError
from pipeline.onvif.ptz import PtzService, PtzStatus
from pipeline.onvif.soap import LOCKED_S, OnvifClient
from pipeline.onvif.tls import believing
from pipeline.sources.urls import Credentials
from tests.support.certificates import Authority
from tests.support.onvif import CameraModel, OnvifCamera

LOGIN = ("opérateur", "pa:ss\"wo'rd")
GOOD = Credentials(*LOGIN)


def service(camera: OnvifCamera, login: Credentials | None = GOOD, profile: str | None = None) -> PtzService:
    return PtzService(OnvifClient(camera.url, login, timeout_s=2), profile)


@pytest.mark.parametrize("way", ["digest-md5", "digest-sha256", "token", None])
def test_status_and_presets(way: Literal["digest-md5", "digest-sha256", "token"] | None) -> None:
    model = CameraModel(
        (0.25, -0.5, 0.125),
        presets={"1": ("North", (0.25, -0.5, 0.125)), "2": ("South", None)},
        login=None if way is None else LOGIN,
        way=way or "token",
        clock_off=timedelta(hours=7, minutes=3),
    )
    with OnvifCamera(model) as camera:
        asked = service(camera)
        assert asked.status() == PtzStatus((0.25, -0.5, 0.125), False)
        there = (0.25, -0.5, 0.125)
        assert asked.presets() == {"1": there, "2": None, "North": there, "South": None}
        model.moving, model.position = True, (0.5, -0.5, 0.0)
        assert asked.status() == PtzStatus((0.5, -0.5, 0.0), True)
        model.tells_moving = False
        assert asked.status().moving is None
        # One refusal tells how to log in; after it every question is answered at once.
        assert camera.refused == (0 if way is None else 1)
        assert camera.questions.count("GetStatus") == 3 and camera.questions.count("GetCapabilities") == 1


def test_a_nonce_that_has_grown_old_is_no_refused_login() -> None:
    with OnvifCamera(CameraModel(login=LOGIN, uses=3)) as camera:
        asked = service(camera)
        assert [asked.status().moving for _ in range(10)] == [False] * 10
        assert 3 <= camera.refused <= 6


@pytest.mark.parametrize("way", ["digest-md5", "token"])
@pytest.mark.parametrize("login", [None, Credentials("opérateur", "wrong"), Credentials("root", LOGIN[1])])
def test_a_refused_login_is_not_tried_again_and_again(
    way: Literal["digest-md5", "token"], login: Credentials | None
) -> None:
    with OnvifCamera(CameraModel(login=LOGIN, way=way)) as camera, pytest.raises(SourceError) as found:
        service(camera, login).status()
    assert found.value.message_id == "error-onvif-login" and found.value.retry_after_s == LOCKED_S
    assert camera.refused <= 2
    assert LOGIN[1] not in str(found.value) and "wrong" not in str(found.value)


def test_no_password_goes_out_in_the_clear() -> None:
    """A server that offers Basic alone is not answered so."""
    with OnvifCamera(CameraModel(login=LOGIN, way="basic")) as camera, pytest.raises(SourceError) as found:
        service(camera).status()
    assert found.value.message_id == "error-onvif-login" and camera.authorizations == []


def test_the_profile_that_turns_is_taken_or_the_one_that_is_named() -> None:
    with OnvifCamera(CameraModel()) as camera:
        service(camera, profile="sub").status()
        with pytest.raises(SourceError) as found:
            service(camera, profile="fixed").status()
    assert found.value.arguments == {"name": "fixed", "known": "main, sub"}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "HTTP 200"),
        (b"<html>not soap</html>", "HTTP 200"),
        (b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>", "HTTP 200"),
        (b"<x>" * 400_000, "HTTP 200"),
    ],
)
def test_an_answer_that_is_none(raw: bytes, said: str) -> None:
    with OnvifCamera(CameraModel(raw=raw)) as camera, pytest.raises(SourceError) as found:
        service(camera).status()
    assert found.value.message_id == "error-onvif-answer" and found.value.arguments["reason"] == said


def test_a_fault_is_told_in_the_cameras_words_and_the_next_question_is_asked() -> None:
    model = CameraModel(faults="No PTZ node")
    with OnvifCamera(model) as camera:
        asked = service(camera)
        with pytest.raises(SourceError, match="No PTZ node"):
            asked.status()
        model.faults = ""
        assert asked.status().moving is False
    with pytest.raises(SourceError) as found:
        asked.status()
    assert found.value.message_id == "error-onvif-unreachable" and camera.url in str(found.value)


def test_a_camera_that_does_not_turn() -> None:
    with OnvifCamera(CameraModel(has_ptz=False)) as camera, pytest.raises(SourceError) as found:
        service(camera).status()
    assert found.value.message_id == "error-onvif-no-ptz" and not found.value.retryable


def test_over_https_only_those_are_asked_who_prove_who_they_are(tmp_path: Path) -> None:
    authority, other = Authority(tmp_path / "ours"), Authority(tmp_path / "others")
    certificate = authority.server("camera")
    with OnvifCamera(CameraModel(login=LOGIN), certificate) as camera:
        for tls in (None, believing(other.certificate)):
            stranger = PtzService(OnvifClient(camera.url, GOOD, tls=tls, timeout_s=2))
            with pytest.raises(SourceError, match=r"nobody vouches for.*ca_file"):
                stranger.status()
        assert not camera.questions and not camera.authorizations
        for tls in (believing(authority.certificate), believing(anybody=True)):
            assert PtzService(OnvifClient(camera.url, GOOD, tls=tls, timeout_s=2)).status().moving is False
    with OnvifCamera(CameraModel(login=LOGIN), authority.server("old", end="20250201000000Z")) as camera:
        late = PtzService(OnvifClient(camera.url, GOOD, tls=believing(authority.certificate), timeout_s=2))
        with pytest.raises(SourceError, match="expired"):
            late.status()


def test_a_file_without_certificates_is_told(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("none")
    with pytest.raises(ConfigError, match=r"ca\.pem"):
        believing(tmp_path / "ca.pem")
