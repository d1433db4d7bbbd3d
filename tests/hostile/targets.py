"""Places that are not ours, spelled in every way that a browser, a proxy or a careless check might take for ours."""

from itertools import product

HOSTS = ("elsewhere.example", "localhost.elsewhere.example", "localhost@elsewhere.example", "elsewhere.example:80")
SPELLINGS = [
    "https://{}/", "http://{}", "//{}", "///{}", "////{}/%2e%2e", "/\\{}", "\\\\{}", "\\/{}", "/\\/{}", "\\{}",
    "https:{}", "http:/{}", "https:\\{}", "https:///{}", "HTTPS://{}", "hTtP:\\\\{}",
    "/\t/{}", "\t//{}", " //{}", "/\n/{}", "\r\n//{}", "\x00//{}", "\x0b//{}", "\u00a0//{}", "\ufeff//{}", "ht\ttps://{}",
    "%2f%2f{}", "/%2f{}", "%2f/{}", "%5c%5c{}", "/%5c{}", "%252f%252f{}", "/%09/{}", "/%0a/{}", "%00//{}", "/%00/{}",
    "//{}/%2f%2e%2e", "/.//{}", "/..//{}", "/es//{}", "/es/\\{}", "/es/%2f{}", "/es/..//{}", "/pledges//{}",
    "/pledges/..//{}", "./\\{}", ".//{}", "//{}#/pledges", "//{}?/pledges", "//{};/pledges", "/pledges@{}",
    "\u2215\u2215{}", "\uff0f\uff0f{}", "/\uff0f{}", "\u3002\u3002//{}", "//{}\u3002example", "//\u24d4lsewhere@{}",
    "javascript://{}/%0aalert(1)", "data:text/html,//{}", "mailto:x@{}", "ftp://{}", "ws://{}", "blob:http://{}",
    "http://localhost:80@{}", "http://localhost\\@{}", "http://localhost#@{}", "http://localhost%2f@{}", "//[::1]@{}",
    "http://localhost%00.{}", "http://localhost%23.{}", "@{}", ".{}", ":80@{}", "?//{}", "#//{}",
]  # fmt: skip
TARGETS = [spelling.format(host) for spelling, host in product(SPELLINGS, HOSTS)]
