"""axe-core finds no serious violation in any view, in either language or theme."""

import pytest

from driving.serving import WEB, NotReadyError, install_packages
from driving.tour import tour

pytestmark = pytest.mark.browser

AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async () => {
  const { violations } = await axe.run(document, {
    resultTypes: ["violations"], rules: { "target-size": { enabled: true } },
  });
  return violations
    .filter(({ impact }) => ["serious", "critical"].includes(impact))
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 4).map(({ html }) => html).join(" ")}`);
}"""


@pytest.fixture(scope="module")
def axe():
    try:
        install_packages()
    except NotReadyError as problem:
        pytest.fail(str(problem))
    return AXE.read_text(encoding="utf-8")


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh", "dark")])  # no rule depends on both
def test_no_serious_fault_in_any_view(open_page, run, axe, language, theme):
    page = open_page(language=language, theme=theme, refusals=(422,))
    found = {}
    for state in tour(page, run.id):
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(axe)
        if faults := page.evaluate(RUN):
            found[state] = faults
    assert found == {}
