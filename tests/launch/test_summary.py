from launch.summary import Summary

ENVIRONMENT = {"PORT": "8000", "PANEL_PORT": "5173"}


def test_the_first_password_is_shown_one_time():
    assert "admin, password s3cret" in Summary(ENVIRONMENT, ["web"], "s3cret").text()
    assert "s3cret" not in Summary(ENVIRONMENT, ["web"], None).text()


def test_no_password_is_spoken_of_where_none_counts():
    text = Summary(ENVIRONMENT, ["web"], None, "oauth").text()
    assert "AUTH_MODE is oauth" in text
    assert "password" not in text


def test_flower_is_named_where_nobody_needs_its_password():
    assert "http://127.0.0.1:8000/monitor" in Summary(ENVIRONMENT, ["web", "flower"], None).text()


def test_the_panel_is_where_it_is_served():
    assert Summary(ENVIRONMENT, ["web"], None).panel == "http://127.0.0.1:8000"
    assert Summary(ENVIRONMENT, ["web", "panel"], None).panel == "http://127.0.0.1:5173"
