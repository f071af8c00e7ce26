"""Pictures and pages for notebooks: models, layers, histories and programs."""
