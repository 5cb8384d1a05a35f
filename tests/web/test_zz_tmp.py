import pytest,time
@pytest.mark.parametrize("i", range(60))
def test_a(sqlite_database, i): pass
@pytest.mark.parametrize("i", range(60))
def test_b(anonymous, i): pass
@pytest.mark.parametrize("i", range(60))
def test_c(client, i): client.get("/api/jobs")
@pytest.mark.parametrize("i", range(60))
def test_d(i): pass
@pytest.mark.parametrize("i", range(60))
def test_e(client,browser, i): pass
@pytest.mark.parametrize("i", range(20))
def test_f(i):
    from core.settings import get_settings
    for k in range(10):
        get_settings.cache_clear(); get_settings()
