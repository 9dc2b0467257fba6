package io.patchbay.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/** An example for the help of each command; a command that brings a footer of its own keeps it. */
final class Examples {
    private static final Map<String, List<String>> BY_COMMAND = new LinkedHashMap<>();

    static {
        add("patchbay run", "patchbay run --home /srv/patchbay --port 7420");
        add("patchbay stop", "patchbay stop --home /srv/patchbay");
        add("patchbay status", "patchbay status --tree", "patchbay status --json");
        add("patchbay plugin", "patchbay plugin list");
        add("patchbay plugin list", "patchbay plugin list --json");
        add("patchbay plugin info", "patchbay plugin info io.example.greeter");
        add(
                "patchbay plugin install",
                "patchbay plugin install greeter-1.0.jar --dry-run",
                "patchbay plugin install http://localhost:8080/greeter-1.0.jar --sha256 \"$SHA256\"");
        add(
                "patchbay plugin apply",
                "patchbay plugin install greeter-1.1.jar --dry-run --out plan.json && patchbay plugin apply plan.json");
        add("patchbay plugin receipts", "patchbay plugin receipts --collect");
        add("patchbay plugin start", "patchbay plugin start io.example.greeter");
        add("patchbay plugin stop", "patchbay plugin stop io.example.greeter --dry-run");
        add("patchbay plugin update", "patchbay plugin update greeter-1.1.jar");
        add("patchbay plugin rollback", "patchbay plugin rollback io.example.greeter");
        add("patchbay plugin uninstall", "patchbay plugin uninstall io.example.greeter");
        add(
                "patchbay upgrade",
                "patchbay upgrade patchbay-0.2.0.zip --dry-run",
                "patchbay upgrade patchbay-0.2.0.zip",
                "patchbay upgrade --back");
        add("patchbay store", "patchbay store list");
        add("patchbay store list", "patchbay store list --json");
        add("patchbay store swap", "patchbay store swap documents --to sqlite --set indexMemoryMiB=4096");
        add("patchbay store rollback", "patchbay store rollback documents");
        add("patchbay store verify", "patchbay store verify documents --limit 20");
        add("patchbay store drop", "patchbay store drop documents");
        add("patchbay user", "patchbay user list");
        add("patchbay user list", "patchbay user list --json");
        add(
                "patchbay user add",
                "patchbay user add ann --role admin",
                "echo \"$PASSWORD\" | patchbay user add ann --role user --password-stdin");
        add("patchbay user passwd", "patchbay user passwd ann");
        add("patchbay user role", "patchbay user role ann --role user");
        add("patchbay user disable", "patchbay user disable ann");
        add("patchbay user enable", "patchbay user enable ann");
        add("patchbay user delete", "patchbay user delete ann");
        add("patchbay job", "patchbay job list");
        add("patchbay job list", "patchbay job list --json");
        add("patchbay job cancel", "patchbay job cancel 7");
        add("patchbay keys", "patchbay keys status");
        add("patchbay keys status", "patchbay keys status --json");
        add("patchbay keys rotate", "patchbay keys rotate --data");
        add("patchbay collection", "patchbay collection list");
        add("patchbay collection list", "patchbay collection list --json");
        add("patchbay collection info", "patchbay collection info cities");
        add(
                "patchbay collection create",
                "patchbay collection create cities --index population --index country,-population --rule 'list=auth != null'");
        add("patchbay collection delete", "patchbay collection delete cities --yes");
        add("patchbay rules", "patchbay rules show cities");
        add("patchbay rules show", "patchbay rules show cities --json");
        add(
                "patchbay rules set",
                "patchbay rules set cities 'list=auth != null' 'create=after.owner == auth.id' delete=");
        add("patchbay kv", "patchbay kv list sessions --prefix ann/");
        add("patchbay kv get", "patchbay kv get sessions ann/1", "patchbay kv get pictures logo.png --out logo.png");
        add(
                "patchbay kv put",
                "patchbay kv put sessions ann/1 '{\"seen\":true}' --type application/json --ttl 3600",
                "patchbay kv put pictures logo.png --file logo.png --type image/png --if-absent");
        add("patchbay kv delete", "patchbay kv delete sessions ann/1");
        add("patchbay kv list", "patchbay kv list sessions --start a --end b --json");
        add("patchbay kv bucket", "patchbay kv bucket list");
        add("patchbay kv bucket list", "patchbay kv bucket list --json");
        add(
                "patchbay kv bucket define",
                "patchbay kv bucket define sessions --rule 'read=auth != null' --rule 'write=key.startsWith(auth.id)'");
        add("patchbay kv bucket delete", "patchbay kv bucket delete sessions --yes");
        add(
                "patchbay watch",
                "patchbay watch cities --filter 'population > 100000'",
                "patchbay watch cities --changes --json");
        add(
                "patchbay import",
                "patchbay import cities cities.csv --id code",
                "patchbay import cities cities.jsonl.gz --on-error skip",
                "zcat dump.jsonl.gz | patchbay import cities - --format jsonl --name dump");
        add(
                "patchbay export",
                "patchbay export cities cities.csv",
                "patchbay export cities --filter 'country == \"FR\"' | gzip > french.jsonl.gz");
        add("patchbay doctor", "patchbay doctor", "patchbay doctor --json --quick-check");
        add(
                "patchbay completion",
                "eval \"$(patchbay completion bash)\"",
                "patchbay completion zsh > ~/.patchbay-completion && echo 'source ~/.patchbay-completion' >> ~/.zshrc");
        add("patchbay version", "patchbay version");
    }

    private Examples() {}

    private static void add(String command, String... lines) {
        BY_COMMAND.put(command, List.of(lines));
    }

    static void addTo(CommandLine command) {
        UsageMessageSpec usage = command.getCommandSpec().usageMessage();
        List<String> lines = BY_COMMAND.get(command.getCommandSpec().qualifiedName());
        if (lines != null && usage.footer().length == 0) {
            String[] footer = new String[lines.size() + 2];
            footer[0] = "";
            footer[1] = lines.size() == 1 ? "Example:" : "Examples:";
            for (int i = 0; i < lines.size(); i++) {
                // A footer is a format and knows markup in @|...|@.
                footer[i + 2] = "  " + lines.get(i).replace("%", "%%");
            }
            usage.footer(footer);
        }
        command.getSubcommands().values().forEach(Examples::addTo);
    }
}
