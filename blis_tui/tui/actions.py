"""Every action of the designer, declared once: from this list come key bindings, the palette, F1 help and the keymap."""

from __future__ import annotations

import re
from typing import NamedTuple

from textual.binding import Binding


class Action(NamedTuple):
    """An action. `keys` are its default keys, separated by commas; `where` is the widget that has it, "" for the app."""

    id: str
    """Its name in the settings file, such as ``file.save``."""
    run: str
    """The Textual action, such as ``save`` or ``nudge(1)``."""
    keys: str
    title: str
    help: str
    where: str = ""
    footer: bool = False
    group: str = ""
    """What the line of keys says once for this action and its neighbours of the same group."""


ACTIONS: tuple[Action, ...] = (
    Action("help.keys", "show_help", "f1", "Keys", "All keys that work here.", footer=True),
    Action("view.picture", "picture", "", "Picture of the screen", "Save what the screen shows as an SVG file."),
    Action("help.palette", "command_palette", "ctrl+p", "Palette", "Find any command by name."),
    Action("file.save", "save", "ctrl+s", "Save", "Write the text to its file.", footer=True),
    Action("file.save-as", "save_as", "ctrl+shift+s,f12", "Save as…", "Write the text to another file."),
    Action("file.open", "open", "ctrl+o", "Open…", "Open another file."),
    Action("file.new", "new", "ctrl+n", "New…", "Start a file from a template."),
    Action("file.export", "export", "ctrl+e", "Export…", "Write the requests, or the workload in other formats.", footer=True),
    Action("file.sweep", "sweep", "", "Sweep…", "Write one file per rate, from low to high."),
    Action("file.compare", "compare", "f6", "Compare", "Compare with the saved file or with another one."),
    Action("file.reload", "reload", "", "Reload", "Read the file from disk again."),
    Action("app.quit", "request_quit", "ctrl+q", "Quit", "Leave the designer; asks first if there is unsaved work."),
    Action("edit.undo", "undo", "ctrl+z", "Undo", "Undo the last change.", footer=True),
    Action("edit.redo", "redo", "ctrl+y", "Redo", "Redo what was undone."),
    Action("edit.editor", "open_editor", "f4", "Open in $EDITOR", "Edit the text in your own editor."),
    Action("edit.copy", "copy_text", "", "Copy the text", "Copy the whole text to the clipboard (OSC 52)."),
    Action("edit.upgrade", "upgrade", "f7", "Upgrade to version 2", "Show what version 2 would change, then make the change."),
    Action("edit.convert", "convert", "", "Convert to explicit clients", "Show them, then replace the text with them."),
    Action("problems.mend-all", "mend_all", "f8", "Apply all safe fixes", "Apply every fix that leaves the workload unchanged."),
    Action("problems.next", "next_problem", "f2", "Next problem", "Go to the field of the next problem."),
    Action("view.form", "focus_form", "alt+0,0", "Form", "Go to the form."),
    Action("view.chart", "show_tab('chart')", "alt+1,1", "Chart", "Show the arrival-rate chart."),
    Action("view.clients", "show_tab('clients')", "alt+2,2", "Clients", "Show the expanded clients."),
    Action("view.requests", "show_tab('requests')", "alt+3,3", "Requests", "Show the generated requests."),
    Action("view.yaml", "show_tab('yaml')", "alt+4,4", "YAML", "Show and edit the text."),
    Action("view.summary", "show_tab('summary')", "alt+5,5", "Summary", "Show the totals."),
    Action("view.problems", "focus_problems", "alt+6,6", "Problems", "Go to the list of problems."),
    Action("view.list", "focus_list", "ctrl+l,alt+l,alt+7,7", "Stages or clients", "Go to the list of stages or clients."),
    Action("view.next-tab", "next_tab(1)", "ctrl+pagedown,right_square_bracket", "Next tab", "Show the tab to the right."),
    Action("view.previous-tab", "next_tab(-1)", "ctrl+pageup,left_square_bracket", "Previous tab", "Show the tab to the left."),
    Action("view.wider", "resize_split(2)", "alt+right", "Wider form", "Give the form more room."),
    Action("view.narrower", "resize_split(-2)", "alt+left", "Narrower form", "Give the form less room."),
    Action("view.theme", "next_theme", "f9", "Next theme", "Dark, light, or the terminal's own colours."),
    Action("app.settings", "settings", "", "Settings…", "Show all settings, and change them."),
    Action("preview.cancel", "cancel_preview", "alt+x", "Cancel preview", "Stop the preview in progress."),
    Action("preview.refresh", "refresh_preview", "f5", "Refresh preview", "Regenerate the preview."),
    Action("preview.sent", "toggle_sent", "alt+w", "Planned or sent", "Switch between the plan and what is really sent."),
    Action("preview.assume", "assume", "alt+t", "Answer times", "Set how long answers are assumed to take."),
    Action("simulation.start", "simulate", "alt+s", "Simulate", "Run BLIS on the text as it stands, and show its results."),
    Action("simulation.cancel", "cancel_simulation", "escape", "Cancel simulation", "Stop the simulation in progress."),
    Action("run.overlay", "overlay_run", "alt+r", "Overlay a run…", "Show what a run achieved over the chart; or read it again."),
    Action("run.remove", "remove_run", "", "Remove the run", "Show no results of a run over the chart."),
    Action("run.assume", "assume_measured", "alt+m", "Answer times of the run", "Assume the mean answer times of the run shown."),
    Action("tabs.enter", "enter", "down,j,enter", "Go in", "Move into the tab.", "tabs"),
    # the form
    Action("form.mend", "mend", "f3", "Fix this field", "Apply the suggested fix for this field.", "form"),
    Action("form.add-block", "add_block", "alt+a", "Add a compact block", "Add stages and a shared prefix.", "form"),
    Action("form.up", "go(-1)", "up,k", "Up", "Go to the field above.", "form"),
    Action("form.down", "go(1)", "down,j", "Down", "Go to the field below.", "form"),
    Action("form.page-up", "go(-8)", "pageup", "Page up", "Go up several fields.", "form"),
    Action("form.page-down", "go(8)", "pagedown", "Page down", "Go down several fields.", "form"),
    Action("form.leave", "leave", "escape", "Leave the form", "Go to the tabs, where digits choose one.", "form"),
    Action("field.edit", "submit", "enter", "Edit", "Edit the value; once edited, go to the next field.", "field"),
    Action("field.larger", "nudge(1)", "plus", "Larger", "Make the number a small step larger.", "field"),
    Action("field.smaller", "nudge(-1)", "minus", "Smaller", "Make the number a small step smaller.", "field"),
    Action("field.up", "change(1)", "up", "Larger", "While editing: a small step larger.", "field"),
    Action("field.down", "change(-1)", "down", "Smaller", "While editing: a small step smaller.", "field"),
    Action("field.more", "nudge(1, True)", "shift+up", "Much larger", "Make the number a large step larger.", "field"),
    Action("field.less", "nudge(-1, True)", "shift+down", "Much smaller", "Make the number a large step smaller.", "field"),
    Action("field.leave", "rest", "escape", "Leave", "Keep what was typed; undo reverts it.", "field"),
    Action("number.up", "nudge(1)", "up", "Larger", "Make the number a small step larger.", "number"),
    Action("number.down", "nudge(-1)", "down", "Smaller", "Make the number a small step smaller.", "number"),
    Action("number.more", "nudge(1, True)", "shift+up", "Much larger", "Make the number a large step larger.", "number"),
    Action("number.less", "nudge(-1, True)", "shift+down", "Much smaller", "Make the number a large step smaller.", "number"),
    Action("assumption.leave", "leave", "escape", "Leave", "Go back up to the pane.", "assumption"),
    Action("numbers.finish", "finish", "enter", "Go ahead", "Apply the numbers, wherever the focus is.", "dialog-numbers"),
    Action("numbers.cancel", "cancel", "escape", "Cancel", "Leave everything as it is.", "dialog-numbers"),
    Action("choice.next", "cycle(1)", "right", "Next", "Select the next choice.", "choice", True, "Choose"),
    Action("choice.previous", "cycle(-1)", "left", "Previous", "Select the previous choice.", "choice", True, "Choose"),
    Action("switch.toggle", "switch", "space,enter,left,right", "On or off", "Switch it on or off.", "switch"),
    Action("stages.add", "add", "a", "Add", "Add a stage below with the same numbers.", "stages", footer=True),
    Action("stages.duplicate", "duplicate", "d", "Duplicate", "Copy the stage, comments included.", "stages"),
    Action("stages.remove", "remove", "x,delete", "Remove", "Remove the stage.", "stages"),
    Action("stages.move-up", "move(-1)", "alt+up,K", "Move up", "Move the stage up by one.", "stages"),
    Action("stages.move-down", "move(1)", "alt+down,J", "Move down", "Move the stage down by one.", "stages"),
    Action(
        "stages.edit",
        "edit",
        "enter",
        "Edit",
        "Edit the number under the cursor; typing a digit replaces it.",
        "stages",
        footer=True,
    ),
    Action("stages.larger", "nudge(1)", "plus", "Larger", "Make the number a small step larger.", "stages"),
    Action("stages.smaller", "nudge(-1)", "minus", "Smaller", "Make the number a small step smaller.", "stages"),
    Action("stages.more", "nudge(1, True)", "shift+up", "Much larger", "Make the number a large step larger.", "stages"),
    Action("stages.less", "nudge(-1, True)", "shift+down", "Much smaller", "Make the number a large step smaller.", "stages"),
    Action(
        "stages.ramp",
        "shape('ramp')",
        "r",
        "Ramp…",
        "Add stages that step from one rate to another.",
        "stages",
        footer=True,
    ),
    Action("stages.triangle", "shape('triangle')", "t", "Triangle…", "Add stages that step up to a peak and back.", "stages"),
    Action("stages.spike", "shape('spike')", "p", "Spike…", "Add a short peak between two stages at a base rate.", "stages"),
    Action("stages.scale", "scale", "s", "Scale all…", "Scale all rates by a factor, or to a peak or a total.", "stages"),
    Action("stages.up", "go(-1, 0)", "up,k", "Up", "Go to the stage above.", "stages"),
    Action("stages.down", "go(1, 0)", "down,j", "Down", "Go to the stage below.", "stages"),
    Action("stages.left", "go(0, -1)", "left,h", "Left", "Go to the column on the left.", "stages"),
    Action("stages.right", "go(0, 1)", "right,l", "Right", "Go to the column on the right.", "stages"),
    Action("stages.page-up", "go(-10, 0)", "pageup", "Page up", "Go up ten stages.", "stages"),
    Action("stages.page-down", "go(10, 0)", "pagedown", "Page down", "Go down ten stages.", "stages"),
    Action("stages.first", "end(False)", "home,g", "First stage", "Go to the first stage.", "stages"),
    Action("stages.last", "end(True)", "end,G", "Last stage", "Go to the last stage.", "stages"),
    # clients, cohorts and what is listed in their forms
    Action("form.text", "show_text", "alt+y", "Show YAML", "Go to the text of the field.", "form"),
    Action("form.next", "turn(1)", "alt+n", "Next client", "Show the next client or cohort in the list.", "form"),
    Action("form.previous", "turn(-1)", "alt+p", "Previous client", "Show the previous client or cohort.", "form"),
    Action("names.next", "take_name(1)", "alt+down", "Next name", "Use a name that others have too.", "names", True, "Names"),
    Action("names.previous", "take_name(-1)", "alt+up", "Previous name", "Use the previous name.", "names", True, "Names"),
    Action("records.add", "add", "a", "Add", "Add one below.", "records", footer=True),
    Action("records.duplicate", "duplicate", "d", "Duplicate", "Copy it, comments included.", "records"),
    Action("records.remove", "remove", "x,delete", "Remove", "Remove it.", "records"),
    Action("records.move-up", "move(-1)", "alt+up,K", "Move up", "Move it up by one.", "records"),
    Action("records.move-down", "move(1)", "alt+down,J", "Move down", "Move it down by one.", "records"),
    Action("records.edit", "edit", "enter", "Edit", "Go to its fields.", "records", footer=True),
    Action("records.text", "show_text", "e", "Show YAML", "Go to its text.", "records", footer=True),
    Action("records.up", "go(-1)", "up,k", "Up", "Go to the one above.", "records"),
    Action("records.down", "go(1)", "down,j", "Down", "Go to the one below.", "records"),
    Action("records.page-up", "page(-1)", "pageup,ctrl+u", "Page up", "Go up a page.", "records"),
    Action("records.page-down", "page(1)", "pagedown,ctrl+d,space", "Page down", "Go down a page.", "records"),
    Action("records.first", "end(False)", "home,g", "First", "Go to the first one.", "records"),
    Action("records.last", "end(True)", "end,G", "Last", "Go to the last one.", "records"),
    Action("windows.split", "split", "s", "Split", "Split the window into two, each half as long.", "windows"),
    Action("summary.down", "scroll_down", "j,down", "Down", "Scroll down.", "summary"),
    Action("summary.up", "scroll_up", "k,up", "Up", "Scroll up.", "summary"),
    Action("settings.save", "save", "enter", "Save", "Write the settings and use them.", "settings"),
    Action("settings.up", "app.focus_previous", "up", "Up", "Go to the setting above.", "settings"),
    Action("settings.down", "app.focus_next", "down", "Down", "Go to the setting below.", "settings"),
    Action("settings.cancel", "cancel", "escape", "Cancel", "Leave the settings as they are.", "settings"),
    Action("cycle.next", "cycle(1)", "right,space,l", "Next", "Take the next choice.", "cycle"),
    Action("cycle.previous", "cycle(-1)", "left,h", "Previous", "Take the choice before.", "cycle"),
    Action("compare.accept", "accept", "enter", "Go ahead", "Make the change shown.", "compare"),
    Action("compare.close", "close", "escape,q", "Close", "Leave everything as it is.", "compare"),
    Action("compare.other", "other", "o", "Other file…", "Compare with another file.", "compare"),
    Action("lines.down", "scroll_down", "j,down", "Down", "Scroll down.", "lines"),
    Action("lines.up", "scroll_up", "k,up", "Up", "Scroll up.", "lines"),
    Action("lines.right", "scroll_right", "l,right", "Right", "Scroll to the right.", "lines"),
    Action("lines.left", "scroll_left", "h,left", "Left", "Scroll to the left.", "lines"),
    Action("lines.page-down", "page_down", "pagedown,space", "Page down", "Scroll down a page.", "lines"),
    Action("lines.page-up", "page_up", "pageup,b", "Page up", "Scroll up a page.", "lines"),
    Action("chart.previous", "select(-1)", "left,h", "Previous", "Select the stage before; or move the cursor.", "chart"),
    Action("chart.next", "select(1)", "right,l", "Next", "Select the next stage; or move the cursor.", "chart"),
    Action("chart.faster", "nudge('rate',1)", "up,k", "Rate up", "Raise the stage's rate.", "chart", True, "Rate"),
    Action("chart.slower", "nudge('rate',-1)", "down,j", "Rate down", "Lower the stage's rate.", "chart", True, "Rate"),
    Action(
        "chart.much-faster", "nudge('rate',1,True)", "shift+up,K", "Rate up a lot", "Raise the rate by a large step.", "chart"
    ),
    Action(
        "chart.much-slower",
        "nudge('rate',-1,True)",
        "shift+down,J",
        "Rate down a lot",
        "Lower the rate by a large step.",
        "chart",
    ),
    Action("chart.longer", "nudge('duration',1)", "shift+right,L", "Longer", "Make the stage longer.", "chart"),
    Action("chart.shorter", "nudge('duration',-1)", "shift+left,H", "Shorter", "Make the stage shorter.", "chart"),
    Action(
        "chart.much-longer", "nudge('duration',1,True)", "greater_than_sign", "Much longer", "Longer by a large step.", "chart"
    ),
    Action(
        "chart.much-shorter", "nudge('duration',-1,True)", "less_than_sign", "Much shorter", "Shorter by a large step.", "chart"
    ),
    Action("chart.edit", "edit", "enter", "Go there", "Edit the stage; or see the requests under the cursor.", "chart"),
    Action("chart.cursor", "cursor", "c", "Read", "Read the bars one by one, the highest first.", "chart", footer=True),
    Action("chart.zoom-in", "zoom(0.5)", "z,plus", "Zoom in", "Show half of the time, around the cursor.", "chart"),
    Action("chart.zoom-out", "zoom(2.0)", "Z,minus", "Zoom out", "Show twice the time.", "chart"),
    Action("chart.whole", "whole", "escape", "All of the time", "Show all; then leave the cursor, then the chart.", "chart"),
    Action("chart.earlier", "pan(-1)", "pageup", "Earlier", "Show what is before, when zoomed in.", "chart"),
    Action("chart.later", "pan(1)", "pagedown", "Later", "Show what is after, when zoomed in.", "chart"),
    Action("chart.narrower-bins", "bins(-1)", "comma", "Narrower bins", "Count in shorter parts of the time.", "chart"),
    Action("chart.wider-bins", "bins(1)", "full_stop", "Wider bins", "Count in longer parts of the time.", "chart"),
    Action("chart.measure", "measure(1)", "m", "Measure", "Requests, sessions, tokens or requests in flight.", "chart", True),
    Action("chart.measure-before", "measure(-1)", "M", "Previous measure", "Show the previous measure.", "chart"),
    Action("chart.stack", "stack(0)", "g", "Group", "Stack the bars by groups, or not.", "chart"),
    Action("chart.stack-by", "stack(1)", "t", "Group by", "Prefix group, tenant, SLO class, cohort or client.", "chart"),
    # a trace
    Action("trace.close", "close", "escape,q", "Close", "Close the trace.", "trace", footer=True),
    Action("trace.fit", "fit", "f", "Fit…", "Make a workload file that is like the trace.", "trace", footer=True),
    Action("trace.chart", "show_tab('chart')", "1,alt+1", "Chart", "Show the arrival-rate chart.", "trace"),
    Action("trace.clients", "show_tab('clients')", "2,alt+2", "Clients", "Show the clients.", "trace"),
    Action("trace.requests", "show_tab('requests')", "3,alt+3", "Requests", "Show the requests.", "trace"),
    Action("trace.summary", "show_tab('summary')", "4,alt+4", "Summary", "Show the totals.", "trace"),
    Action(
        "trace.next-tab", "next_tab(1)", "ctrl+pagedown,right_square_bracket", "Next tab", "Show the tab to the right.", "trace"
    ),
    Action(
        "trace.previous-tab",
        "next_tab(-1)",
        "ctrl+pageup,left_square_bracket",
        "Previous tab",
        "Show the tab to the left.",
        "trace",
    ),
    Action("trace.assume", "assume", "alt+t", "Answer times", "Set how long answers are assumed to take.", "trace", footer=True),
    # tables, the list of problems and the text
    Action("table.up", "go(-1, 0)", "up,k", "Up", "Go to the row above.", "table"),
    Action("table.down", "go(1, 0)", "down,j", "Down", "Go to the row below.", "table"),
    Action("table.left", "go(0, -1)", "left,h", "Column left", "Go to the column on the left.", "table"),
    Action("table.right", "go(0, 1)", "right,l", "Column right", "Go to the column on the right.", "table"),
    Action("table.page-up", "page(-1)", "pageup,ctrl+u", "Page up", "Go up a page.", "table"),
    Action("table.page-down", "page(1)", "pagedown,ctrl+d,space", "Page down", "Go down a page.", "table"),
    Action("table.first", "end(False)", "home,g", "First row", "Go to the first row.", "table"),
    Action("table.last", "end(True)", "end,G", "Last row", "Go to the last row.", "table"),
    Action("table.choose", "choose", "enter", "Details", "Show everything about the row.", "table", footer=True),
    Action("table.filter", "filter", "slash", "Filter", "Show only rows that match words, or input>1000.", "table", footer=True),
    Action("table.sort", "sort", "s", "Sort", "Sort by this column: ascending, descending, off.", "table", footer=True),
    Action("table.columns", "columns", "c", "Columns…", "Choose which columns are shown.", "table"),
    Action("table.write", "write", "w", "Write…", "Write the rows shown to a file.", "table"),
    Action("filter.done", "leave(False)", "down", "To the rows", "Go to the matching rows.", "filter"),
    Action("filter.clear", "leave(True)", "escape", "No filter", "Show all rows again.", "filter"),
    Action("table.all", "show_all", "escape", "All rows", "Clear the filter.", "table"),
    Action("columns.close", "close", "escape,q", "Done", "Go back to the table.", "columns"),
    Action("columns.up", "focus_previous", "up,k", "Up", "Go to the column above.", "columns"),
    Action("columns.down", "focus_next", "down,j", "Down", "Go to the column below.", "columns"),
    Action("writing.cancel", "cancel", "escape,q", "Cancel", "Write nothing.", "writing"),
    Action("client.form", "show_source(False)", "f", "Show form", "Go to the client's form.", "client-rows"),
    Action("client.text", "show_source(True)", "e", "Show YAML", "Go to the client's text.", "client-rows"),
    Action("client.close", "close", "escape,q", "Close", "Go back to the table.", "client"),
    Action("problems.up", "go(-1)", "up,k", "Up", "Go to the problem above.", "problems"),
    Action("problems.down", "go(1)", "down,j", "Down", "Go to the problem below.", "problems"),
    Action("problems.first", "go(-1000000)", "home,g", "First", "Go to the first problem.", "problems"),
    Action("problems.last", "go(1000000)", "end,G", "Last", "Go to the last problem.", "problems"),
    Action("problems.jump", "jump", "enter", "Go there", "Go to the field of the problem.", "problems", footer=True),
    Action("problems.text", "show_text", "e", "Show YAML", "Go to the line of the problem.", "problems"),
    Action("problems.mend", "mend", "m", "Fix", "Apply the suggested fix.", "problems", footer=True),
    Action("yaml.find", "find", "ctrl+f", "Find", "Find text; Enter again finds the next match.", "yaml", footer=True),
    Action("yaml.replace", "replace", "ctrl+r", "Replace", "Replace text.", "yaml", footer=True),
    Action("yaml.complete", "complete", "ctrl+space,ctrl+@", "Complete", "List what can be written here.", "yaml", footer=True),
    Action("yaml.line", "find(':')", "ctrl+g", "Go to line", "Go to a line by number.", "yaml", footer=True),
    Action("yaml.all", "select_all", "ctrl+a", "Select all", "Select the whole text.", "yaml"),
    Action("yaml.start", "go_to_end(False)", "ctrl+home", "Start", "Go to the start of the text.", "yaml"),
    Action("yaml.end", "go_to_end(True)", "ctrl+end", "End", "Go to the end of the text.", "yaml"),
    Action("find.next", "find", "enter,down", "Next", "Go to the next match.", "find"),
    Action("find.back", "find(True)", "up", "Previous", "Go to the previous match.", "find"),
    Action("find.close", "close", "escape", "Back to the text", "Hide this line.", "find"),
    Action("replace.one", "replace", "enter", "Replace", "Replace this match and go to the next.", "replace"),
    Action("replace.all", "replace(True)", "alt+a", "Replace all", "Replace all matches in one step.", "replace"),
    Action("replace.next", "find", "down", "Next", "Skip to the next match.", "replace"),
    Action("replace.back", "find(True)", "up", "Previous match", "Go to the previous match.", "replace"),
    Action("replace.close", "close", "escape", "Back to the text", "Hide this line.", "replace"),
    Action("yaml.leave", "leave", "escape", "Leave the text", "Go to the tabs, where digits choose one.", "yaml"),
)


_MOVES = {
    "up", "down", "left", "right", "first", "last", "page-up", "page-down", "leave", "previous", "next", "all", "choose", "jump",
    "enter",
}  # fmt: skip


def is_move(action: Action) -> bool:
    """Return whether an action of a widget only moves its cursor: everybody knows the key, and elsewhere it makes no sense."""
    return bool(action.where) and action.id.partition(".")[2] in _MOVES


def bindings(where: str) -> list[Binding]:
    """Return the key bindings of the app (where is "") or of a widget, remappable by the actions' ids.

    Keys of the app work everywhere, but for characters: those are keys only where they are not typed.
    """
    found = []
    for action in ACTIONS:
        if action.where == where:
            keys = action.keys.split(",") if action.keys else [f"unbound-{action.id}"]
            never_typed = [key for key in keys if not where and _NEVER_TYPED.match(key)]
            others = [key for key in keys if key not in never_typed]
            found += [_binding(action, part, part is never_typed) for part in (never_typed, others) if part]
    return found


_NEVER_TYPED = re.compile(r"ctrl\+|alt\+|f\d|escape|unbound")


def _binding(action: Action, keys: list[str], priority: bool) -> Binding:
    return Binding(
        ",".join(keys),
        action.run,
        action.title,
        show=action.footer,
        group=Binding.Group(action.group, compact=True) if action.group else None,
        id=action.id,
        tooltip=action.help,
        priority=priority,
    )
