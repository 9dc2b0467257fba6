package io.patchbay.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where commands print and ask. Used by one thread. */
final class Screen {
    private static final int SECRET_CHARS_MAX = 4096;

    private final PrintWriter out;
    private final PrintWriter err;
    private final InputStream in;
    private final Optional<Console> console;

    Screen(PrintWriter out, PrintWriter err, InputStream in, Optional<Console> console) {
        this.out = out;
        this.err = err;
        this.in = in;
        this.console = console;
    }

    static Screen system() {
        return new Screen(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                System.in,
                Optional.ofNullable(System.console()).filter(Screen::isTerminal));
    }

    /** From Java 22 on there is a console without a terminal too, which says so. */
    private static boolean isTerminal(Console console) {
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            return false;
        }
    }

    PrintWriter out() {
        return out;
    }

    PrintWriter err() {
        return err;
    }

    /** For a command that reads data from it. */
    InputStream in() {
        return in;
    }

    void print(String line) {
        out.println(line);
        out.flush();
    }

    void note(String line) {
        err.println(line);
        err.flush();
    }

    void error(String sentence) {
        note("patchbay: " + sentence);
    }

    /** Whether someone watches: then progress is drawn, else written line by line. */
    boolean isWatched() {
        return console.isPresent();
    }

    /** Whether colours may be used: on a terminal that knows them, unless NO_COLOR is set (no-color.org). */
    boolean isColoured() {
        return isColoured(isWatched(), System.getenv());
    }

    static boolean isColoured(boolean terminal, Map<String, String> environment) {
        return terminal
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "").equals("dumb");
    }

    /** The text in a colour, where colours may be used. */
    String paint(Colour colour, String text) {
        return isColoured() ? colour.sequence + text + "\u001b[0m" : text;
    }

    /** Few, and readable on light and dark. */
    enum Colour {
        RED("\u001b[31m"),
        GREEN("\u001b[32m"),
        YELLOW("\u001b[33m"),
        FAINT("\u001b[2m");

        private final String sequence;

        Colour(String sequence) {
            this.sequence = sequence;
        }
    }

    /** Asks a question whose answer must be {@code expected}; false without a terminal to ask on. */
    boolean confirms(String question, String expected) {
        return console.isPresent() && expected.equals(console.get().readLine("%s ", question));
    }

    /** Draws over the last line that was drawn. */
    void draw(String line) {
        err.print("\r" + line + "\u001b[K");
        err.flush();
    }

    /** A line of columns that are as wide as their widest cell. */
    void table(List<List<String>> rows) {
        table(rows, "");
    }

    /** The same, each line behind {@code indent}. */
    void table(List<List<String>> rows, String indent) {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder(indent);
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            print(line.toString().stripTrailing());
        }
    }

    /** A new secret: the first line of the standard input, or asked for twice on the terminal; never an argument, as those show in process lists. */
    String readNewSecret(String what, boolean fromStandardInput) {
        if (fromStandardInput) {
            return readLine();
        }
        if (console.isEmpty()) {
            throw new CommandException(
                    2,
                    "There is no terminal to ask for the " + what
                            + " on: give --password-stdin and write it to the standard input.");
        }
        String secret = new String(console.get().readPassword("New %s: ", what));
        String again = new String(console.get().readPassword("Once more: "));
        if (!secret.equals(again)) {
            throw CommandException.failed("The two are not the same.");
        }
        return secret;
    }

    private String readLine() {
        try {
            String line = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readLine();
            if (line == null || line.isEmpty() || line.length() > SECRET_CHARS_MAX) {
                throw CommandException.failed("The standard input holds no password in its first line.");
            }
            return line;
        } catch (IOException e) {
            throw CommandException.failed("The standard input can't be read: " + e.getMessage() + ".");
        }
    }
}
