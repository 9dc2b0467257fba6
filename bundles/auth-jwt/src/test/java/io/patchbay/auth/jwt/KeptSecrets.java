package io.patchbay.auth.jwt;

import io.patchbay.api.crypto.Secrets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Secrets in memory, as the node keeps them over the restarts of this bundle. */
final class KeptSecrets implements Secrets {
    final Map<String, byte[]> byName = new ConcurrentSkipListMap<>();

    @Override
    public Optional<byte[]> find(String name) {
        return Optional.ofNullable(byName.get(name)).map(byte[]::clone);
    }

    @Override
    public byte[] findOrPut(String name, Supplier<byte[]> fresh) {
        return byName.computeIfAbsent(name, absent -> fresh.get());
    }

    @Override
    public void put(String name, byte[] secret) {
        byName.put(name, secret.clone());
    }

    @Override
    public void delete(String name) {
        byName.remove(name);
    }

    @Override
    public Set<String> names(String prefix) {
        return byName.keySet().stream().filter(name -> name.startsWith(prefix)).collect(Collectors.toSet());
    }
}
