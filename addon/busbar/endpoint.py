"""Where the server is: preferences first, then the environment, then the file that a running server leaves. No bpy."""

import ipaddress
import json
import ntpath
import os
import posixpath
import sys
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence
from urllib.parse import urlsplit

MAX_FILE_BYTES = 64 * 1024
ENDPOINT_FILE = "endpoint file"
# Where programs in a sandbox have XDG_DATA_HOME, below the home: a server of theirs may have left its file there. Only of
# Blender and of editors, which may do as they like: what another sandbox writes must not lead a Blender anywhere. (Flatpak:
# "XDG base directories" of its conventions; Snap: SNAP_USER_DATA, of which "current" is the newest revision.)
SANDBOXES = (
    *(f".var/app/{name}/data" for name in ("org.blender.Blender", "com.visualstudio.code", "com.vscodium.codium")),
    *(f"snap/{name}/current/.local/share" for name in ("blender", "code", "codium")),
)


class EndpointNotFound(Exception):
    """No usable server address; its text says what to do about it."""


@dataclass(frozen=True)
class Endpoint:
    """An MCP address, and the token for it ("" for none). The token is left out of `repr`, so that no log shows it."""

    url: str
    token: str
    source: str

    @property
    def needs_proof(self) -> bool:
        """Whether the server must prove that it knows the token. An address that a person set may be a tunnel's: it need not."""
        return self.source == ENDPOINT_FILE

    def __repr__(self) -> str:
        return f"Endpoint(url={self.url!r}, source={self.source!r})"


def default_data_dir(
    environ: Mapping[str, str] = os.environ, platform: str = sys.platform, home: Optional[str] = None
) -> str:
    """The folder that Busbar keeps its data in, as the server chooses it; BUSBAR_DATA_DIR overrides it."""
    override = environ.get("BUSBAR_DATA_DIR", "")
    if override:
        return os.path.abspath(override)
    home = home if home is not None else _home(environ)
    if platform == "darwin":
        return os.path.join(home, "Library", "Application Support", "busbar")
    if platform.startswith("win"):
        local = environ.get("LOCALAPPDATA", "")
        if not (ntpath.isabs(local) or local[:1] in ("/", "\\")):
            local = os.path.join(home, "AppData", "Local")
        return os.path.join(local, "busbar", "Data")
    # A relative or empty variable is as if it were unset (XDG Base Directory Specification).
    data = environ.get("XDG_DATA_HOME", "")
    return os.path.join(data if posixpath.isabs(data) else os.path.join(home, ".local", "share"), "busbar")


def other_data_dirs(
    environ: Mapping[str, str] = os.environ, platform: str = sys.platform, home: Optional[str] = None
) -> List[str]:
    """Folders beside the default one that a server on this computer may have left its file in.

    A Blender from Flathub or of a snap has an XDG_DATA_HOME of its own, and so has a terminal of an editor that is one.
    None where BUSBAR_DATA_DIR says which folder it is, and none but on Linux.
    """
    if environ.get("BUSBAR_DATA_DIR", "") or platform == "darwin" or platform.startswith("win"):
        return []
    # A strict snap has a home of its own.
    real = environ.get("SNAP_REAL_HOME", "")
    home = real if posixpath.isabs(real) else home if home is not None else _home(environ)
    folders = [posixpath.join(home, part, "busbar") for part in (".local/share", *SANDBOXES)]
    return [folder for folder in folders if folder != default_data_dir(environ, platform, home)]


def _home(environ: Mapping[str, str]) -> str:
    """This user's home: HOME, or, where that is empty or relative, the one that the system has on file."""
    if os.name != "posix" or posixpath.isabs(environ.get("HOME", "")):
        return os.path.expanduser("~")
    import pwd  # There is none on Windows.

    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return os.path.expanduser("~")


def normalise_url(text: str) -> str:
    """A full MCP URL from what a person types: the scheme defaults to http, an empty path to /mcp.

    Raises EndpointNotFound when it can't be one.
    """
    text = text.strip()
    if "://" not in text:
        text = "http://" + text
    problem = EndpointNotFound("The server address is not a web address like http://127.0.0.1:9877/mcp.")
    if any(ord(char) <= 32 or ord(char) > 126 for char in text):
        raise problem
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        raise problem from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise problem
    path = parts.path if parts.path not in ("", "/") else "/mcp"
    return f"{parts.scheme}://{parts.netloc}{path}" + (f"?{parts.query}" if parts.query else "")


def is_loopback(url: str) -> bool:
    """Whether the URL stays on this computer."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class EndpointFinder:
    """Looks the server up anew each time, so that a server that comes back elsewhere is found again.

    `prefer_url` and `prefer_token` come from the add-on's preferences ("" when unset). `allow_remote` is False when
    Blender may not go online: then only servers on this computer are used. `other_data_dirs` may hold the file too: the
    server that started last is taken. The process id in a file proves nothing: a sandbox has ids of its own.
    """

    def __init__(
        self,
        prefer_url: str = "",
        prefer_token: str = "",
        *,
        data_dir: str,
        other_data_dirs: Sequence[str] = (),
        environ: Mapping[str, str] = os.environ,
        allow_remote: bool = True,
        read_text: Optional[Callable[[str], str]] = None,
    ) -> None:
        self._prefer_url = prefer_url.strip()
        self._prefer_token = prefer_token.strip()
        self._environ = environ
        self._allow_remote = allow_remote
        self._paths = [os.path.join(folder, "endpoint.json") for folder in (data_dir, *other_data_dirs)]
        self._read_text = read_text or _read_text

    def find(self) -> Endpoint:
        """The server to use now. Raises EndpointNotFound."""
        url, source = self._prefer_url, "preferences"
        if not url:
            url, source = self._environ.get("BUSBAR_URL", "").strip(), "environment"
        on_file = self._from_files(url)
        if not url:
            if on_file is None:
                raise EndpointNotFound(
                    "No Busbar found on this computer. Start Busbar, or set its address in the add-on's preferences."
                )
            url, source = on_file.get("url", ""), ENDPOINT_FILE
        url = normalise_url(url)
        if not self._allow_remote and not is_loopback(url):
            raise EndpointNotFound(
                "Busbar is on another computer, and Blender's online access is off (Preferences > System > Network)."
            )
        endpoint = Endpoint(url, self._token_for(url, on_file), source)
        if endpoint.needs_proof and not endpoint.token:
            raise EndpointNotFound("The file that says where Busbar is holds no token. Restart Busbar.")
        return endpoint

    def fingerprint(self) -> str:
        """Changes when an endpoint file does: a reason to try again before the wait is over."""
        seen = []
        for path in self._paths:
            try:
                stat = os.stat(path)
            except OSError:
                continue
            seen.append(f"{path}:{stat.st_mtime_ns}:{stat.st_size}:{stat.st_ino}")
        return "\n".join(seen)

    def _token_for(self, url: str, on_file: Optional[Dict[str, Any]]) -> str:
        token = self._prefer_token or self._environ.get("BUSBAR_TOKEN", "").strip()
        # The token on file belongs to the server on file: it is never sent to any other.
        if not token and on_file is not None and _same_server(url, on_file.get("url", "")):
            token = on_file.get("token", "")
        if any(ord(char) <= 32 or ord(char) > 126 for char in token):
            raise EndpointNotFound("The token has characters that a token can't have. Copy it again from Busbar.")
        return token

    def _from_files(self, url: str) -> Optional[Dict[str, Any]]:
        """What the file says of the server at `url`, where there is such a file; else of the one that started last."""
        found = [content for content in map(self._from_file, self._paths) if content is not None]
        # Of two that started at one time the first: the default folder comes before the others.
        newest = max(found, key=lambda content: content["started_at"], default=None)
        return next((content for content in found if url and _same_server(_full(url), content["url"])), newest)

    def _from_file(self, path: str) -> Optional[Dict[str, Any]]:
        try:
            content: Any = json.loads(self._read_text(path))
        except (OSError, ValueError):
            return None  # Not there, or caught half-written: the next look finds it.
        if not isinstance(content, dict) or not isinstance(content.get("url"), str):
            return None
        started_at = content.get("started_at")
        texts = {key: value for key, value in content.items() if isinstance(value, str)}
        return {**texts, "started_at": started_at if isinstance(started_at, (int, float)) else 0}


def _full(url: str) -> str:
    try:
        return normalise_url(url)
    except EndpointNotFound:
        return ""


def _same_server(left: str, right: str) -> bool:
    try:
        a, b = urlsplit(left), urlsplit(right)
        return (a.scheme, a.hostname, a.port) == (b.scheme, b.hostname, b.port)
    except ValueError:
        return False


def _read_text(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read(MAX_FILE_BYTES)
