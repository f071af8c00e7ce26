"""What is seen of models, histories and programs: pictures, pages of a notebook, reprs."""
