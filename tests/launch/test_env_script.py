import subprocess

from launch import env_script
from launch.paths import VENV_BIN

ODD = 'a\'b "c" $HOME `id` %2F\\'


def test_a_shell_reads_back_exactly_what_was_written(tmp_path):
    script = tmp_path / "env.sh"
    script.write_text(env_script.render({"DATABASE_URL": ODD}))
    said = subprocess.run(
        ["sh", "-c", f'. {script} && printf "%s" "$DATABASE_URL"'], capture_output=True, text=True, check=True
    )
    assert said.stdout == ODD


def test_it_activates_the_environment_and_names_only_what_is_shared():
    text = env_script.render({"PORT": "8000", "HOME": "/somewhere"})
    assert str(VENV_BIN) in text
    assert "export PORT=8000" in text
    assert "HOME" not in text


def test_only_its_owner_reads_it(tmp_path, monkeypatch):
    monkeypatch.setattr(env_script, "ENV_SCRIPT", tmp_path / "env.sh")
    env_script.write({"SECRET_KEY": "x"})
    assert (tmp_path / "env.sh").stat().st_mode & 0o777 == 0o600
