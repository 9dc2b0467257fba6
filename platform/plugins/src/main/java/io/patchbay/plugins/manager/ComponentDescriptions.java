package io.patchbay.plugins.manager;

import io.patchbay.api.migration.StateVersions;
import io.patchbay.api.plugin.Providers;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Reads the named services out of Declarative Services descriptions, which say what a bundle offers before any of it runs. */
final class ComponentDescriptions {
    private static final Set<String> OURS = Set.of(Providers.NAME, StateVersions.SAVES, StateVersions.ADOPTS);

    private ComponentDescriptions() {}

    /**
     * @throws XMLStreamException if {@code xml} can't be read
     * @throws io.patchbay.api.PatchbayException VALUE_INVALID if the versions of a state are none
     */
    static List<DeclaredService> parse(byte[] xml) throws XMLStreamException {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        XMLStreamReader reader = factory.createXMLStreamReader(new ByteArrayInputStream(xml));
        List<DeclaredService> found = new ArrayList<>();
        Component component = new Component("");
        while (reader.hasNext()) {
            int event = reader.next();
            if (event == XMLStreamConstants.START_ELEMENT) {
                switch (reader.getLocalName()) {
                    case "component" -> component = new Component(attribute(reader, "name"));
                    case "provide" -> component.types.add(attribute(reader, "interface"));
                    case "property" -> component.property(reader);
                    default -> {
                        // References and the rest don't matter here.
                    }
                }
            } else if (event == XMLStreamConstants.END_ELEMENT
                    && reader.getLocalName().equals("component")) {
                found.addAll(component.services());
            }
        }
        return found;
    }

    private static String attribute(XMLStreamReader reader, String name) {
        String value = reader.getAttributeValue(null, name);
        return value == null ? "" : value;
    }

    private static final class Component {
        private final String component;
        private final List<String> types = new ArrayList<>();
        private final Map<String, String> properties = new HashMap<>();

        Component(String component) {
            this.component = component;
        }

        void property(XMLStreamReader reader) throws XMLStreamException {
            String name = attribute(reader, "name");
            if (OURS.contains(name)) {
                String value = reader.getAttributeValue(null, "value");
                properties.put(name, value == null ? reader.getElementText().strip() : value);
            }
        }

        List<DeclaredService> services() {
            String named = properties.get(Providers.NAME);
            if (named == null) {
                return List.of();
            }
            StateVersions state = StateVersions.parse(
                    Optional.ofNullable(properties.get(StateVersions.SAVES)),
                    Optional.ofNullable(properties.get(StateVersions.ADOPTS)));
            return types.stream()
                    .map(type -> new DeclaredService(component, type, named, state))
                    .toList();
        }
    }
}
